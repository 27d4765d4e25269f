// The Linux calls that Node does not have for receiving descriptors over a datagram socket.
import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { claimSocket, removeSocket } from './socket-file.ts';

const c = koffi.load(process.platform === 'linux' ? 'libc.so.6' : 'libc.dylib');
const socketCall = c.func('int socket(int, int, int)');
const bindCall = c.func('int bind(int, uint8_t *, uint32_t)');
const recvmsgCall = c.func('long recvmsg(int, void *, int)');

const afUnix = 1;
const sockDgram = 2;
const sockCloexec = 0o2000000;
const sockNonblock = 0o4000;
const solSocket = 1;
const scmRights = 1;
const msgDontwait = 0x40;
const msgCmsgCloexec = 0x40000000;
const msgTrunc = 0x20;
const msgCtrunc = 0x8;

const maxPayload = 256;
const maxControl = 1024;

export interface Message {
  readonly payload: Buffer;
  readonly descriptors: readonly number[];
}

/** A bound AF_UNIX datagram socket that only this program reads. */
export class DescriptorSocket {
  readonly #fd: number;
  readonly #path: string;
  // One block, because the kernel follows raw addresses: msghdr 0..56, iovec 64..80, payload 96.., control after it.
  readonly #memory = koffi.alloc('uint8_t', 96 + maxPayload + maxControl);
  readonly #bytes = Buffer.from(koffi.view(this.#memory, 96 + maxPayload + maxControl));

  /** Only who may write to `path` can send: owner and group. */
  constructor(path: string) {
    const name = Buffer.from(path, 'utf8');
    if (name.length > 107) throw new Error(`binding ${path}: a socket path has at most 107 bytes`);
    removeSocket(path);
    this.#path = path;
    this.#fd = socketCall(afUnix, sockDgram | sockCloexec | sockNonblock, 0) as number;
    if (this.#fd < 0) throw new Error(`opening a socket for ${path}: errno ${koffi.errno()}`);
    const address = Buffer.alloc(110);
    address.writeUInt16LE(afUnix, 0);
    name.copy(address, 2);
    const mask = process.umask(0o117);
    try {
      if (bindCall(this.#fd, address, name.length + 3) !== 0) throw new Error(`binding ${path}: errno ${koffi.errno()}`);
    } finally {
      process.umask(mask);
    }
    claimSocket(path);
  }

  /** The next message, or undefined when none waits. Never blocks. */
  receive(): Message | undefined {
    const bytes = this.#bytes;
    const start = koffi.address(this.#memory);
    bytes.fill(0);
    bytes.writeBigUInt64LE(start + 64n, 16);
    bytes.writeBigUInt64LE(1n, 24);
    bytes.writeBigUInt64LE(start + 96n + BigInt(maxPayload), 32);
    bytes.writeBigUInt64LE(BigInt(maxControl), 40);
    bytes.writeBigUInt64LE(start + 96n, 64);
    bytes.writeBigUInt64LE(BigInt(maxPayload), 72);
    const length = Number(recvmsgCall(this.#fd, this.#memory, msgDontwait | msgCmsgCloexec));
    if (length < 0) return undefined;
    const descriptors = this.#descriptors(Number(bytes.readBigUInt64LE(40)));
    // A message that did not fit is not what a worker sends; its descriptors would be incomplete.
    if ((bytes.readInt32LE(48) & (msgTrunc | msgCtrunc)) !== 0) {
      for (const fd of descriptors) closeDescriptor(fd);
      return { payload: Buffer.alloc(0), descriptors: [] };
    }
    return { payload: Buffer.from(bytes.subarray(96, 96 + length)), descriptors };
  }

  close(): void {
    closeDescriptor(this.#fd);
    removeSocket(this.#path);
  }

  #descriptors(controlLength: number): number[] {
    const control = this.#bytes.subarray(96 + maxPayload, 96 + maxPayload + Math.min(controlLength, maxControl));
    const found: number[] = [];
    let at = 0;
    while (at + 16 <= control.length) {
      const length = Number(control.readBigUInt64LE(at));
      if (length < 16 || at + length > control.length) break;
      if (control.readInt32LE(at + 8) === solSocket && control.readInt32LE(at + 12) === scmRights) {
        for (let i = at + 16; i + 4 <= at + length; i += 4) found.push(control.readInt32LE(i));
      }
      at += (length + 7) & ~7;
    }
    return found;
  }
}

export function closeDescriptor(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Already closed by whoever owned it.
  }
}
