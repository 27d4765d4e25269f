// Writes tar archives whose bytes depend on nothing but their content: ustar, no times, no names of users.
import type { Entry, Tree } from './tree.ts';

const block = 512;

export function tar(tree: Tree): Buffer {
  const pieces: Buffer[] = [];
  for (const [path, entry] of tree) {
    pieces.push(header(path, entry));
    if (entry.kind === 'file') pieces.push(entry.bytes, Buffer.alloc((block - (entry.bytes.length % block)) % block));
  }
  return Buffer.concat([...pieces, Buffer.alloc(2 * block)]);
}

function header(path: string, entry: Entry): Buffer {
  const bytes = Buffer.alloc(block);
  const { name, prefix } = split(entry.kind === 'folder' ? `${path}/` : path);
  const { uid, gid } = entry.kind === 'folder' ? entry.owner : { uid: 0, gid: 0 };
  bytes.write(name, 0);
  octal(bytes, 100, 8, entry.kind === 'link' ? 0o777 : entry.mode);
  octal(bytes, 108, 8, uid);
  octal(bytes, 116, 8, gid);
  octal(bytes, 124, 12, entry.kind === 'file' ? entry.bytes.length : 0);
  octal(bytes, 136, 12, 0);
  bytes.fill(' ', 148, 156);
  bytes.write({ file: '0', link: '2', folder: '5' }[entry.kind], 156);
  if (entry.kind === 'link') {
    if (Buffer.byteLength(entry.target) > 100) throw new Error(`${path}: the target of the link is too long for a tar archive`);
    bytes.write(entry.target, 157);
  }
  bytes.write('ustar\x0000', 257, 'latin1');
  bytes.write(prefix, 345);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

/** A name of up to 100 bytes, and what goes before it in 155. */
function split(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' };
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (name !== '' && Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { name, prefix };
  }
  throw new Error(`${path} is too long for a tar archive`);
}

function octal(bytes: Buffer, at: number, length: number, value: number): void {
  const digits = value.toString(8);
  if (digits.length > length - 1) throw new Error(`${value} is too large for a field of a tar archive`);
  bytes.write(`${digits.padStart(length - 1, '0')}\0`, at, 'latin1');
}
