// One admitted sandbox: its listeners, its resolver, its synthetic names, and all of its open connections.
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { AdmittedSocket } from './contract.ts';
import { answer } from './dns.ts';
import type { SandboxFacts } from './flow.ts';
import { Names } from './names.ts';
import { closeDescriptor } from './native.ts';

/** Connections that one sandbox may hold at a time. */
const maxConnections = 512;

export interface SandboxParts {
  readonly accept: (socket: Socket, facts: SandboxFacts, names: Names) => Promise<void>;
  /** Whether policy could let the sandbox reach this name at all. */
  readonly mayResolve: (facts: SandboxFacts, name: string) => boolean;
  readonly onFault: (facts: SandboxFacts, error: Error) => void;
}

export class AdmittedSandbox {
  readonly facts: SandboxFacts;
  readonly #names = new Names();
  readonly #servers: Server[] = [];
  readonly #resolvers: UdpSocket[] = [];
  readonly #connections = new Set<Socket>();
  readonly #parts: SandboxParts;
  #saidDroppedAt = -Infinity;

  private constructor(facts: SandboxFacts, parts: SandboxParts) {
    this.facts = facts;
    this.#parts = parts;
  }

  /** Takes ownership of the descriptors: on failure all are closed. */
  static async open(facts: SandboxFacts, sockets: readonly AdmittedSocket[], descriptors: readonly number[], parts: SandboxParts): Promise<AdmittedSandbox> {
    const sandbox = new AdmittedSandbox(facts, parts);
    if (sockets.length !== descriptors.length) {
      descriptors.forEach(closeDescriptor);
      throw new Error(`${descriptors.length} descriptors came for ${sockets.length} sockets`);
    }
    const opened = await Promise.allSettled(sockets.map((s, i) => (s.kind === 'tcp' ? sandbox.#listen(descriptors[i] ?? -1) : sandbox.#resolve(descriptors[i] ?? -1))));
    if (opened.some((o) => o.status === 'rejected')) {
      sandbox.close();
      throw new Error('a descriptor is not a socket of the kind it was announced as');
    }
    return sandbox;
  }

  /** Stops listening; `force` also ends what is open. */
  close(force = true): void {
    for (const server of this.#servers.splice(0)) server.close();
    for (const resolver of this.#resolvers.splice(0)) resolver.close();
    if (force) for (const socket of this.#connections) socket.destroy();
  }

  #listen(fd: number): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
      void this.#parts.accept(socket, this.facts, this.#names);
    });
    server.maxConnections = maxConnections;
    server.on('drop', () => this.#dropped());
    return new Promise((resolve, reject) => {
      server.once('error', (error) => {
        closeDescriptor(fd);
        reject(error);
      });
      server.listen({ fd }, () => {
        server.removeAllListeners('error').on('error', (error) => this.#parts.onFault(this.facts, error));
        this.#servers.push(server);
        resolve();
      });
    });
  }

  /** Said once a minute: an agent must not be able to fill our log. */
  #dropped(): void {
    if (performance.now() - this.#saidDroppedAt < 60_000) return;
    this.#saidDroppedAt = performance.now();
    this.#parts.onFault(this.facts, new Error(`more than ${maxConnections} connections at a time; the rest is dropped`));
  }

  #resolve(fd: number): Promise<void> {
    const socket = createSocket('udp4');
    socket.on('message', (query, from) => {
      const reply = answer(query, (name) => (this.#parts.mayResolve(this.facts, name) ? this.#names.addressOf(name) : undefined));
      // The sandbox may be gone by now; there is nobody to tell.
      if (reply !== undefined) socket.send(reply, from.port, from.address, () => undefined);
    });
    return new Promise((resolve, reject) => {
      socket.once('error', (error) => {
        closeDescriptor(fd);
        reject(error);
      });
      socket.bind({ fd }, () => {
        socket.removeAllListeners('error').on('error', (error) => this.#parts.onFault(this.facts, error));
        this.#resolvers.push(socket);
        resolve();
      });
    });
  }
}
