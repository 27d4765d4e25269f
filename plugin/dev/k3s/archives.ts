// The images of CLRK for a cluster without a registry: finds their archives beside the program, and puts them where k3s takes them in.
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { archiveFile, imageNames, imageOf, type ImageArchitecture, type ImageName } from '../../../operator/install/names.ts';
import { execInContainer } from '../docker/exec.ts';
import { getArchive, putArchive } from '../docker/containers.ts';
import { firstFile, packFile, packTar } from '../docker/tar.ts';
import { UserError } from '../../exit.ts';
import { imagesInside, stateInside } from './names.ts';
import type { Site } from './site.ts';

export interface Archive {
  /** As pods ask for it. */
  readonly image: string;
  readonly file: string;
  /** Tells one content from another without reading it. */
  readonly mark: string;
}

/** Where the archives are: in a checkout below dist, else beside the program. */
const folders = (bundles: string): readonly string[] => [join(bundles, 'images'), join(dirname(process.execPath), 'images'), dirname(process.execPath)];

const architectureOf = (name: string): ImageArchitecture | undefined => (({ amd64: 'amd64', x86_64: 'amd64', arm64: 'arm64', aarch64: 'arm64' }) as const)[name as 'amd64'];

/** One for each image of CLRK that there is an archive of. */
export function findArchives(bundles: string, engineArchitecture: string): readonly Archive[] {
  const architecture = architectureOf(engineArchitecture);
  if (architecture === undefined) return [];
  return (Object.keys(imageNames) as readonly ImageName[]).flatMap((name) => {
    const file = folders(bundles).map((folder) => join(folder, archiveFile(name, architecture))).find((path) => existsSync(path));
    if (file === undefined) return [];
    const { size, mtimeMs } = statSync(file);
    return [{ image: imageOf(name), file, mark: `${size}-${Math.round(mtimeMs)}` }];
  });
}

/** The images that there is no archive of: the cluster would have to pull them. */
export const missingArchives = (archives: readonly Archive[]): readonly string[] =>
  (Object.keys(imageNames) as readonly ImageName[]).map((name) => imageOf(name)).filter((image) => !archives.some((archive) => archive.image === image));

/** What was put into the cluster, by image; in the volume itself, so that it goes when the volume goes. */
const listName = 'agent/clrk-images.json';

async function listed({ engine, names }: Site): Promise<Readonly<Record<string, unknown>>> {
  try {
    const archive = await getArchive(engine, names.container, { path: `${stateInside}/${listName}`, limit: 1 << 20 });
    const value: unknown = JSON.parse((archive && firstFile(archive)?.toString('utf8')) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    // Damaged, or nobody's: everything is put there again.
    return {};
  }
}

const inside = ({ image }: Archive): string => `${image.split('/').at(-1)?.split(':')[0] ?? ''}.tar`;

/** Puts those there that the cluster does not have yet; the answer is which. A cluster that does not run takes them in when it starts. */
export async function placeArchives(site: Site, archives: readonly Archive[], signal: AbortSignal): Promise<readonly Archive[]> {
  const { engine, names } = site;
  const there = await listed(site);
  const fresh = archives.filter(({ image, mark }) => there[image] !== mark);
  for (const archive of fresh) {
    const path = `agent/images/${inside(archive)}`;
    await putArchive(engine, names.container, { folder: stateInside, archive: Readable.from(packFile({ path }, archive.file)), signal });
  }
  if (fresh.length > 0) {
    const now = { ...there, ...Object.fromEntries(fresh.map(({ image, mark }) => [image, mark])) };
    await putArchive(engine, names.container, { folder: stateInside, archive: packTar([{ path: listName, bytes: Buffer.from(`${JSON.stringify(now)}\n`) }]), signal });
  }
  return fresh;
}

/** Into a cluster that runs: it would take them in at its next start only. */
export async function importArchives({ engine, names }: Site, archives: readonly Archive[], signal: AbortSignal): Promise<void> {
  for (const archive of archives) {
    const { code, stderr, stdout } = await execInContainer(engine, names.container, ['ctr', '-n', 'k8s.io', 'images', 'import', `${imagesInside}/${inside(archive)}`], { signal, withinMs: 180_000 });
    if (code !== 0) throw new UserError(`taking ${archive.image} into ${names.container}: ${(stderr || stdout).trim().slice(-500)}`, [`look at it: docker exec ${names.container} ctr -n k8s.io images ls`]);
  }
}
