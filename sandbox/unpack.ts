// Turns an image into a directory that a sandbox can have as its root; done once, kept under the image's digest.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imageConfig, layerBytes, openArchive } from './archive.ts';
import type { ImageConfig, Layer } from './image-config.ts';
import { ordinaryUser, type Root } from './root.ts';
import { applyLayer, look, resolveInside, type Budget } from './tree.ts';
import { authorityFile, bundleFiles } from './trust.ts';

const largestImage = 16 * 1024 ** 3;
const mountPoints = ['proc', 'dev', 'sys', 'tmp', 'run'];
const ownFiles = ['etc/hostname', 'etc/hosts', 'etc/resolv.conf'];

/** `roots` is the cache; an interrupted unpacking leaves nothing in it that is taken for whole. */
export async function unpackArchive(file: string, roots: string, signal: AbortSignal): Promise<Root> {
  mkdirSync(roots, { recursive: true, mode: 0o700 });
  const expanded = join(roots, `expanded-${process.pid}-${performance.now()}`);
  try {
    const archive = await openArchive(file, { expanded, room: await roomIn(roots), signal });
    const config = await imageConfig(archive, process.arch);
    return await unpackLayers(config, (layer) => stoppable(layerBytes(archive, layer), signal), roots);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await rm(expanded, { force: true });
  }
}

/** The root made of an image's layers; `bytes` gives each one unpacked. */
export async function unpackLayers(config: ImageConfig, bytes: (layer: Layer) => AsyncIterable<Buffer>, roots: string): Promise<Root> {
  const root = join(roots, config.digest);
  if (existsSync(root)) return describe(root, config);
  const unfinished = join(roots, `unfinished-${process.pid}-${performance.now()}`);
  try {
    mkdirSync(unfinished, { recursive: true, mode: 0o755 });
    const room = await roomIn(roots);
    const budget: Budget = { bytes: Math.min(largestImage, room), spent: () => tooLarge(room, roots) };
    for (const layer of config.layers) await applyLayer(unfinished, bytes(layer), budget);
    makeMountPoints(unfinished, config.workdir);
    publish(unfinished, root);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return describe(root, config);
}

async function* stoppable(pieces: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
  }
}

/** Bytes that may be written here; a disk is not filled to the brim, where everything else on it would fail. */
async function roomIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  return free - Math.min(free / 10, 2 ** 28);
}

function tooLarge(room: number, roots: string): Error {
  if (room >= largestImage) return new Error('the image is larger than this worker unpacks');
  return Object.assign(new Error(`there is no room for the image: it takes more than ${Math.floor(room / 2 ** 20)} MiB, which is what is free below ${roots}`), { code: 'ENOSPC' });
}

/** What a worker left that was killed while it unpacked: only what has its final name is whole. */
export function removeUnfinished(roots: string): void {
  if (!existsSync(roots)) return;
  const left = readdirSync(roots).filter((name) => /^(expanded|unfinished)-/.test(name));
  // One that cannot be removed now is tried again at the next start.
  for (const name of left) rm(join(roots, name), { recursive: true, force: true }).catch(() => undefined);
}

function publish(unfinished: string, root: string): void {
  try {
    renameSync(unfinished, root);
  } catch (error) {
    // Two sandboxes of one image may start at once; the other was first, with the same content.
    if (!existsSync(root)) throw error;
  }
}

/** Nothing can be made in a read-only tree, so every place that something is mounted over is made now. */
function makeMountPoints(root: string, workdir: string): void {
  for (const name of mountPoints) makeFolder(join(root, name));
  makeFolder(join(root, 'etc'));
  for (const name of ownFiles) makeFile(join(root, name));
  const authority = resolveInside(root, authorityFile);
  makeParents(() => dirname(authority), dirname(authorityFile));
  makeFile(authority);
  if (workdir.startsWith('/')) makeParents(() => resolveInside(root, workdir), `its WorkingDir ${workdir}`);
}

function makeParents(path: () => string, what: string): void {
  try {
    mkdirSync(path(), { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' || code === 'ENOTDIR' ? new Error(`the image cannot be used: ${what} is a file in it, or lies behind one`) : error;
  }
}

function makeFolder(path: string): void {
  const there = look(path);
  if (there !== undefined && !there.isDirectory()) rmSync(path, { force: true });
  mkdirSync(path, { recursive: true });
}

function makeFile(path: string): void {
  const there = look(path);
  if (there?.isFile() === true) return;
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, '', { flag: 'wx' });
}

/** What a root that was unpacked before gives. */
export function describe(root: string, config: ImageConfig): Root {
  const places = bundleFiles.map((name) => resolveInside(root, name)).filter((path) => look(path)?.isFile() === true);
  return {
    root,
    binds: [],
    entrypoint: config.entrypoint,
    cmd: config.cmd,
    env: config.env,
    workdir: config.workdir.startsWith('/') ? config.workdir : '/',
    user: userOf(root, config.user),
    bundles: [...new Set(places)].map((path) => path.slice(root.length)),
  };
}

/** `USER` of an image: numbers, or names of its own passwd and group. Root becomes the ordinary user: no sandbox runs as root. */
function userOf(root: string, user: string): Root['user'] {
  const [who = '', group] = user.split(':');
  if (who === '') return ordinaryUser;
  const entry = lookUp(root, 'etc/passwd', who);
  const uid = /^\d{1,9}$/.test(who) ? Number(who) : Number(entry?.[2]);
  const gid = group === undefined ? Number(entry?.[3] ?? uid) : /^\d{1,9}$/.test(group) ? Number(group) : Number(lookUp(root, 'etc/group', group)?.[2]);
  if (!Number.isInteger(uid) || !Number.isInteger(gid)) throw new Error(`the image names a user ${JSON.stringify(user)} that is not in it`);
  return uid === 0 ? ordinaryUser : { uid, gid: gid === 0 ? ordinaryUser.gid : gid };
}

function lookUp(root: string, file: string, name: string): readonly string[] | undefined {
  const path = resolveInside(root, file);
  const there = look(path);
  if (there?.isFile() !== true || there.size > 4 * 1024 * 1024) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n').map((line) => line.split(':'));
  return lines.find(([found]) => found === name) ?? lines.find(([, , id]) => id === name);
}
