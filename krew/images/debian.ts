// Gets the pinned packages of Debian and gives their files; a package that is not the pinned one is never opened.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readTar } from '../../sandbox/tar.ts';
import { debianMirror } from './mirror.ts';
import { file, link, program, type Entry } from './tree.ts';

export interface DebianPin {
  readonly name: string;
  readonly version: string;
  /** Below the mirror's root. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export interface DebianPackage {
  readonly pin: DebianPin;
  /** Its paragraph of facts, which the scanners of images look for. */
  readonly control: string;
  readonly files: ReadonlyMap<string, Entry>;
}

/** Keeps what the mirror let go of: a security update takes the place of the package that it repairs. */
const snapshots = (path: string, at: string): string => `http://snapshot.debian.org/archive/${path.replace('/', `/${at}/`)}`;
const fetchMs = 120_000;

/** `at` is when the pins were taken, as the archive of snapshots writes it. */
export async function debianPackage(pin: DebianPin, at: string, cache: string): Promise<DebianPackage> {
  const kept = join(cache, `${pin.sha256.slice(0, 16)}-${basename(pin.path)}`);
  if (!existsSync(kept) || !isPinned(readFileSync(kept), pin)) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, await fetched(pin, at));
    renameSync(`${kept}.${process.pid}`, kept);
  }
  const controls = await unpacked(kept, '--ctrl-tarfile');
  const control = controls.get('control');
  return { pin, control: control?.kind === 'file' ? control.bytes.toString() : '', files: await unpacked(kept, '--fsys-tarfile') };
}

async function fetched(pin: DebianPin, at: string): Promise<Buffer> {
  const complaints: string[] = [];
  for (const url of [`${debianMirror()}/${pin.path}`, snapshots(pin.path, at)]) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(fetchMs) });
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (answer.ok && isPinned(bytes, pin)) return bytes;
      complaints.push(`${url}: ${answer.ok ? 'not the package that is pinned' : `status ${answer.status}`}`);
    } catch (error) {
      complaints.push(`${url}: ${error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)}`);
    }
  }
  throw new Error(`the Debian package ${pin.name} ${pin.version} cannot be had: ${complaints.join('; ')}\nhint: take the packages of today with 'node krew/images/refresh.ts'`);
}

function isPinned(bytes: Buffer, pin: DebianPin): boolean {
  return bytes.length === pin.size && createHash('sha256').update(bytes).digest('hex') === pin.sha256;
}

/** dpkg-deb knows every compression that Debian ever used; nothing of the package is run. */
async function unpacked(deb: string, part: '--fsys-tarfile' | '--ctrl-tarfile'): Promise<Map<string, Entry>> {
  const child = spawn('dpkg-deb', [part, deb], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { complaint = (complaint + text).slice(-500); });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(new Error('dpkg-deb cannot be run: the image build needs the package dpkg', { cause: error }))).once('close', resolve);
  });
  const found = new Map<string, Entry>();
  const read = (async () => {
    const archive = readTar(child.stdout);
    for (let entry = await archive.next(); entry !== undefined; entry = await archive.next()) {
      const path = entry.name.replace(/^\.\//, '').replace(/\/$/, '');
      if (entry.kind === 'symlink') found.set(path, link(entry.link));
      if (entry.kind !== 'file') continue;
      const pieces: Buffer[] = [];
      for await (const piece of archive.content()) pieces.push(piece);
      found.set(path, ((entry.mode & 0o111) === 0 ? file : program)(Buffer.concat(pieces)));
    }
    await archive.drain();
  })();
  const [code] = await Promise.all([ended, read]);
  if (code !== 0) throw new Error(`dpkg-deb ${part} ${deb}: ${complaint.trim() || `exit code ${code}`}`);
  return found;
}
