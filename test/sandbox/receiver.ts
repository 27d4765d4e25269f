// A real receiving side of the hand-off: takes descriptors and admissions as the proxy does, and answers each connection with what it saw.
import koffi from 'koffi';
import { chmodSync, chownSync, rmSync } from 'node:fs';
import { createServer as httpServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createSocket, type Socket as Datagram } from 'node:dgram';
import { join } from 'node:path';
import { admissionPath, controlSocket, handoffSocket, type Admission } from '../../proxy/contract.ts';
import { workerUser } from '../../sandbox/contract.ts';
import { bindTo, closeAll, family, openSocket, socketKind, unixAddress } from '../../sandbox/libc.ts';

const libc = koffi.load(null);
const recvmsg = libc.func('long recvmsg(int fd, void *message, int flags)');

export interface Connection {
  readonly sandbox: string;
  readonly address: string;
  readonly port: number;
}

export class Receiver {
  readonly admissions = new Map<string, Admission>();
  readonly ended: string[] = [];
  readonly connections: Connection[] = [];
  readonly #waiting = new Map<string, readonly number[]>();
  readonly #open = new Map<string, (Server | Datagram)[]>();
  readonly #beats = new Set<ServerResponse>();
  readonly #accepted = new Set<Socket>();
  readonly #dir: string;
  #control: HttpServer | undefined;
  #fd = -1;
  #timer: NodeJS.Timeout | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async start(): Promise<void> {
    this.#fd = openSocket(family.unix, socketKind.datagram);
    bindTo(this.#fd, unixAddress(join(this.#dir, handoffSocket)), 'binding the hand-off socket');
    this.#control = httpServer((asked, answer) => {
      const id = (asked.url ?? '').slice(admissionPath.length);
      if (asked.method === 'GET') {
        answer.writeHead(200);
        answer.write('\n');
        this.#beats.add(answer);
        return;
      }
      if (asked.method === 'DELETE') {
        this.ended.push(id);
        this.#shut(id);
        answer.writeHead(204).end();
        return;
      }
      let body = '';
      asked.on('data', (chunk: Buffer) => (body += chunk.toString()));
      asked.on('end', () => {
        const admission = JSON.parse(body) as Admission;
        this.#take();
        const fds = this.#waiting.get(admission.token);
        if (fds === undefined || fds.length !== admission.sockets.length) return void answer.writeHead(409).end('no sockets came with this token');
        this.#waiting.delete(admission.token);
        this.#admit(admission, fds);
        answer.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => this.#control?.listen(join(this.#dir, controlSocket), resolve));
    for (const name of [controlSocket, handoffSocket]) {
      if (process.getuid?.() === 0) chownSync(join(this.#dir, name), 0, workerUser.gid);
      chmodSync(join(this.#dir, name), 0o660);
    }
    this.#timer = setInterval(() => this.#beats.forEach((b) => b.write('\n')), 1000);
  }

  #admit(admission: Admission, fds: readonly number[]): void {
    this.#shut(admission.id);
    const opened = fds.map((fd, index): Server | Datagram => {
      if (admission.sockets[index]?.kind === 'tcp') {
        const server = createServer((socket) => {
          this.#accepted.add(socket);
          socket.on('close', () => this.#accepted.delete(socket));
          socket.on('error', () => undefined);
          const seen = { sandbox: admission.id, address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
          this.connections.push(seen);
          const body = JSON.stringify(seen);
          // Only once something has been read: closing with unread bytes would reset the connection.
          socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`));
        });
        server.listen({ fd });
        return server;
      }
      const dns = createSocket('udp4');
      dns.on('message', (query, from) => dns.send(resolve(query), from.port, from.address));
      dns.bind({ fd });
      return dns;
    });
    this.#open.set(admission.id, opened);
    this.admissions.set(admission.id, admission);
  }

  #shut(id: string): void {
    for (const one of this.#open.get(id) ?? []) one.close();
    this.#open.delete(id);
    this.admissions.delete(id);
  }

  /** Reads every waiting datagram: token and descriptors. */
  #take(): void {
    for (;;) {
      const bytes = Buffer.alloc(256);
      const control = Buffer.alloc(256);
      const parts = Buffer.alloc(16);
      parts.writeBigUInt64LE(koffi.address(bytes), 0);
      parts.writeBigUInt64LE(256n, 8);
      const message = Buffer.alloc(56);
      message.writeBigUInt64LE(koffi.address(parts), 16);
      message.writeBigUInt64LE(1n, 24);
      message.writeBigUInt64LE(koffi.address(control), 32);
      message.writeBigUInt64LE(256n, 40);
      const length = Number(recvmsg(this.#fd, message, 0x40000000 | 0x40));
      if (length < 0) return;
      const count = (Number(control.readBigUInt64LE(0)) - 16) / 4;
      const fds = Array.from({ length: count }, (_, index) => control.readInt32LE(16 + index * 4));
      this.#waiting.set(bytes.subarray(0, length).toString(), fds);
    }
  }

  /** As a proxy that was stopped for a while: it is thought dead, and still has every socket. */
  pause(): void {
    for (const beat of this.#beats) beat.destroy();
    this.#beats.clear();
  }

  /** As a killed proxy: its sockets close, nobody answers any more. */
  async die(): Promise<void> {
    clearInterval(this.#timer);
    for (const id of this.#open.keys()) this.#shut(id);
    for (const beat of this.#beats) beat.destroy();
    for (const socket of this.#accepted) socket.destroy();
    for (const fds of this.#waiting.values()) closeAll(fds);
    this.#beats.clear();
    const control = this.#control;
    this.#control = undefined;
    if (control === undefined) return;
    const closed = new Promise((done) => control.close(done));
    control.closeAllConnections();
    await closed;
    closeAll([this.#fd]);
    for (const name of [controlSocket, handoffSocket]) rmSync(join(this.#dir, name), { force: true });
  }
}

/** Answers every A query with one synthetic address, everything else with nothing. */
function resolve(query: Buffer): Buffer {
  let end = 12;
  while (query[end]) end += 1 + (query[end] ?? 0);
  const isA = query.readUInt16BE(end + 1) === 1;
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(isA ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const answer = isA ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 198, 18, 0, 9]) : Buffer.alloc(0);
  return Buffer.concat([head, query.subarray(12, end + 5), answer]);
}
