// Brings up the loopback of a network namespace and routes every address to it, by netlink messages: no `ip` program is needed.
import { closeSync } from 'node:fs';
import { family, openSocket, receive, send, socketKind, SystemError } from './libc.ts';

const newLink = 16;
const newRoute = 24;
const request = 1;
const acknowledge = 4;
const create = 0x400;
const replace = 0x100;
const interfaceUp = 1;
const loopback = 1;
const localTable = 255;
const hostScope = 254;
const universe = 0;

/** How a route ends: local = delivered here, prohibit = the sender is told EACCES at once. */
const routeKind = { local: 2, prohibit: 8 } as const;

/** In the network namespace the calling thread is in: lo up, every address local, and link-local (metadata) addresses closed. */
export function routeEverythingToLoopback(): void {
  converse([linkUp(), route('local', [0, 0, 0, 0], 0), route('prohibit', [169, 254, 0, 0], 16)]);
}

/** A sandbox without egress still has its own loopback, and nothing else. */
export function bringUpLoopback(): void {
  converse([linkUp()]);
}

function converse(messages: readonly Buffer[]): void {
  const fd = openSocket(family.netlink, socketKind.raw);
  try {
    for (const message of messages) {
      send(fd, { bytes: message }, 'asking the kernel for a route');
      const answer = receive(fd, 4096);
      // An answer is: length, type 2 (error), flags, sequence, port, then the errno, 0 meaning done.
      const errno = answer.length >= 20 ? answer.readInt32LE(16) : -71;
      if (errno !== 0) throw new SystemError('setting up the sandbox network', -errno);
    }
  } finally {
    closeSync(fd);
  }
}

function linkUp(): Buffer {
  const body = Buffer.alloc(16);
  body.writeInt32LE(loopback, 4);
  body.writeUInt32LE(interfaceUp, 8);
  body.writeUInt32LE(interfaceUp, 12);
  return envelope(newLink, request | acknowledge, body);
}

function route(kind: keyof typeof routeKind, address: readonly number[], bits: number): Buffer {
  const body = Buffer.from([family.inet, bits, 0, 0, localTable, 3, kind === 'local' ? hostScope : universe, routeKind[kind], 0, 0, 0, 0]);
  const destination = bits === 0 ? [] : [attribute(1, Buffer.from(address))];
  const output = Buffer.alloc(4);
  output.writeInt32LE(loopback);
  const device = kind === 'local' ? [attribute(4, output)] : [];
  return envelope(newRoute, request | acknowledge | create | replace, Buffer.concat([body, ...destination, ...device]));
}

function attribute(kind: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(4 + value.length, 0);
  head.writeUInt16LE(kind, 2);
  return Buffer.concat([head, value]);
}

function envelope(kind: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(16 + body.length, 0);
  head.writeUInt16LE(kind, 4);
  head.writeUInt16LE(flags, 6);
  head.writeUInt32LE(1, 8);
  return Buffer.concat([head, body]);
}
