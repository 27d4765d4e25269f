// `npm run images`: writes the container images of this version into dist/images, with their check sums and sizes; no engine is needed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildImages, type Order } from './images/build.ts';
import { architectures, images, type Architecture } from './images/names.ts';

const checkout = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { name: { type: 'string', multiple: true }, arch: { type: 'string', multiple: true }, out: { type: 'string' } } });

function some<Name extends string>(asked: readonly string[] | undefined, all: readonly Name[]): readonly Name[] {
  const unknown = asked?.find((name) => !all.some((one) => one === name));
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${all.join(', ')}`);
  return asked === undefined ? all : all.filter((name) => asked.includes(name));
}

/** The commit and its time, or nothing where there is none or something was changed since: then they would say what is not so. */
function release(): Pick<Order, 'release'> {
  const git = (...words: readonly string[]): string => execFileSync('git', words, { cwd: checkout, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    if (git('status', '--porcelain') !== '') return {};
    return { release: { revision: git('rev-parse', 'HEAD'), createdAt: new Date(Number(git('log', '-1', '--format=%ct')) * 1000) } };
  } catch {
    return {};
  }
}

try {
  const out = values.out ?? join(checkout, 'dist/images');
  const order: Order = {
    checkout, out,
    bundles: join(checkout, 'dist'),
    cache: join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'clrk/images'),
    version: (JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { readonly version: string }).version,
    images: some(values.name, images),
    architectures: some(values.arch, Object.keys(architectures) as readonly Architecture[]),
    ...release(),
  };
  rmSync(out, { recursive: true, force: true });
  const built = await buildImages(order);
  const sums = built.map(({ file }) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`).toSorted((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1));
  writeFileSync(join(out, 'checksums.txt'), sums.join(''));
  for (const { file, packedBytes } of built) process.stdout.write(`${basename(file)}  ${(packedBytes / 1e6).toFixed(1)} MB compressed\n`);
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
