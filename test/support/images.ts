// The images of this checkout's bundles for tests: each is built once for the same content and kept outside the tree.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildImages } from '../../krew/images/build.ts';
import { contents } from '../../krew/images/contents.ts';
import { archiveName, type Architecture } from '../../krew/images/names.ts';
import type { ImageName } from '../../operator/install/names.ts';
import { version } from '../../proxy/telemetry/version.ts';

export const checkout = join(import.meta.dirname, '../../..');
export const imageCache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'clrk/images');
const bundles = join(checkout, 'dist');
/** Builds of other content that are kept: of this branch and of another. */
const keptBuilds = 6;

/** An archive for `docker load`, `ctr images import` and k3s's folder of images, made of what lies in dist/. */
export async function imageArchive(name: ImageName, architecture: Architecture = 'amd64'): Promise<string> {
  const folder = join(imageCache, 'built', `${name}-${architecture}-${key(name)}`);
  const archive = join(folder, archiveName(name, architecture));
  if (existsSync(archive)) utimesSync(folder, new Date(), new Date());
  else {
    mkdirSync(dirname(folder), { recursive: true });
    // Another test may be at it too: whoever comes first has made it.
    const out = mkdtempSync(`${folder}.`);
    await buildImages({ checkout, bundles, cache: imageCache, out, version, images: [name], architectures: [architecture] });
    if (existsSync(archive)) rmSync(out, { recursive: true });
    else renameSync(out, folder);
    prune(name, architecture);
  }
  return archive;
}

/** Of the bundles and of all that builds an image from them. */
function key(name: ImageName): string {
  const sources = globSync('{operator/install/names.ts,operator/api/group.ts,krew/npm-package.ts,krew/targets.ts,krew/packaging/{bundled,papers}.ts,krew/images/**/*.ts,package-lock.json,LICENSE}', { cwd: checkout });
  const files = [...sources.map((path) => join(checkout, path)), ...contents[name].bundles.flatMap((pattern) => globSync(pattern, { cwd: bundles })).map((path) => join(bundles, path))];
  const hash = createHash('sha256').update(version);
  for (const path of files.toSorted()) hash.update(`\0${path.slice(checkout.length)}\0`).update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

function prune(name: ImageName, architecture: Architecture): void {
  const home = join(imageCache, 'built');
  const builds = readdirSync(home).filter((folder) => folder.startsWith(`${name}-${architecture}-`)).map((folder) => join(home, folder));
  const oldest = builds.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs).slice(keptBuilds);
  for (const folder of oldest) rmSync(folder, { recursive: true, force: true });
}
