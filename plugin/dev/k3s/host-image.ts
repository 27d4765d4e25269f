// The first example's image, made of this machine's own programs as an archive: pods have no files of this machine, and --offline pulls nothing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { hostImages } from '../offline.ts';
import { packTar, type TarFile } from '../docker/tar.ts';
import type { ImageArchive } from '../request.ts';
import { stateSubfolder, writeStateBytes } from '../state-folder.ts';

/** What the example's agent runs. */
const programs = ['sh', 'curl', 'sleep', 'cat', 'date', 'sed'] as const;
const folders = ['/usr/bin', '/bin', '/usr/local/bin'];
const longestMs = 10_000;

const placeOf = (program: string): string | undefined => folders.map((folder) => join(folder, program)).find((path) => existsSync(path));

/** Libraries of a program, and the loader, as ldd tells them. */
export function librariesIn(told: string): readonly string[] {
  return [...told.matchAll(/(?:=>\s*)?(\/\S+)\s+\(0x[0-9a-f]+\)/g)].map(([, path]) => path ?? '');
}

function librariesOf(path: string): readonly string[] {
  try {
    return librariesIn(execFileSync('ldd', [path], { encoding: 'utf8', timeout: longestMs, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    // A static program has none.
    return [];
  }
}

/** As the program asks for it, with the bytes of what that leads to. */
const fileAt = (path: string, mode: number): TarFile => ({ path: path.slice(1), bytes: readFileSync(realpathSync(path)), mode });

/** As `docker save` writes it. */
function savedImage(reference: string, layer: Buffer): Buffer {
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const configuration = Buffer.from(JSON.stringify({ architecture, os: 'linux', config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'] }, rootfs: { type: 'layers', diff_ids: [`sha256:${digest(layer)}`] } }));
  const [config, layerFile] = [`${digest(configuration)}.json`, `${digest(layer)}/layer.tar`];
  const manifest = Buffer.from(JSON.stringify([{ Config: config, RepoTags: [reference], Layers: [layerFile] }]));
  return packTar([{ path: 'manifest.json', bytes: manifest }, { path: config, bytes: configuration }, { path: layerFile, bytes: layer }]);
}

export type HostImage = { readonly kind: 'made'; readonly images: readonly ImageArchive[] } | { readonly kind: 'none'; readonly why: string };

/** Written into the state folder anew each time: the programs may have been updated meanwhile. */
export function makeHostImage(stateDir: string, given: readonly ImageArchive[]): HostImage {
  const [reference] = hostImages;
  if (given.some(({ name }) => name === reference)) return { kind: 'made', images: [] };
  if (process.platform !== 'linux') return { kind: 'none', why: 'programs of this machine do not run in a container' };
  const paths = programs.map(placeOf);
  const missing = programs.filter((_program, at) => paths[at] === undefined);
  if (missing.length > 0) return { kind: 'none', why: `this machine lacks ${missing.join(', ')}` };
  const found = paths.flatMap((path) => (path === undefined ? [] : [path]));
  const libraries = [...new Set(found.flatMap(librariesOf))];
  const layer = packTar([...found.map((path, at) => ({ ...fileAt(path, 0o755), path: `bin/${programs[at] ?? ''}` })), ...libraries.map((path) => fileAt(path, 0o755)), { path: 'tmp/.keep', bytes: Buffer.alloc(0) }, { path: 'etc/passwd', bytes: Buffer.from('root:x:0:0:root:/:/bin/sh\n') }]);
  const file = join(stateSubfolder(stateDir, 'k3s'), 'host-image.tar');
  writeStateBytes(file, savedImage(reference, layer), 0o600);
  return { kind: 'made', images: [{ name: reference, file }] };
}
