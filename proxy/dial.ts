// The only sockets to upstreams: resolves a name itself, refuses what is not public, verifies TLS, pools connections per origin.
import { lookup } from 'node:dns';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Pool, type buildConnector } from 'undici';
import { isPublic } from './addresses.ts';
import type { Upstream } from './config.ts';
import type { RefusalCode } from './refusals.ts';

export interface Target {
  readonly scheme: 'https' | 'http';
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Why no connection came about, as a code of the table. */
export class DialError extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode) {
    super(code);
    this.code = code;
  }
}

/** Origins that one sandbox, and all together, may have pools for; the pool that was used longest ago gives way. */
const maxOrigins = { sandbox: 64, all: 4096 };
/** Calls of one sandbox that one origin works on at a time; more wait for each other. */
const maxConnections = 64;
const connectTimeoutMs = 10_000;
const maxHeaderBytes = 65_536;

export class Dialer {
  readonly #offline: { readonly upstreams: ReadonlyMap<string, Upstream>; readonly ca?: string };
  readonly #pools = new Map<string, Pool>();

  constructor(offline: { readonly upstreams: ReadonlyMap<string, Upstream>; readonly ca?: string }) {
    this.#offline = offline;
  }

  /** Whether a stand-in on this machine answers for the host. */
  isOffline(target: Target): boolean {
    return target.scheme === 'https' && this.#offline.upstreams.has(target.host);
  }

  /** No two sandboxes share connections: one that fills its own, or leaves one in disorder, is in nobody else's way. */
  pool(sandbox: string, target: Target): Pool {
    const origin = originOf(target);
    const key = `${sandbox} ${origin}`;
    const known = this.#pools.get(key);
    if (known !== undefined) this.#pools.delete(key);
    const pool = known ?? this.#open(origin, target);
    this.#pools.set(key, pool);
    if (known === undefined) this.#makeRoom(sandbox);
    return pool;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  #open(origin: string, target: Target): Pool {
    return new Pool(origin, {
      connect: (_options, done) => this.#connect(target, done),
      connections: maxConnections,
      pipelining: 1,
      allowH2: false,
      // One limit rules the whole exchange, and it is the gateway's.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 15_000,
      keepAliveMaxTimeout: 60_000,
      maxHeaderSize: maxHeaderBytes,
    });
  }

  #makeRoom(sandbox: string): void {
    const own = [...this.#pools.keys()].filter((key) => key.startsWith(`${sandbox} `));
    const [oldest] = own.length > maxOrigins.sandbox ? own : this.#pools.size > maxOrigins.all ? this.#pools.keys() : [];
    if (oldest === undefined) return;
    const pool = this.#pools.get(oldest);
    this.#pools.delete(oldest);
    // Graceful: what runs on it ends first.
    pool?.close().catch(() => undefined);
  }

  #connect(target: Target, done: buildConnector.Callback): void {
    const standIn = this.isOffline(target) ? this.#offline.upstreams.get(target.host) : undefined;
    if (standIn === undefined && isIP(target.host) !== 0 && !isPublic(target.host)) {
      // A literal address is never looked up, so the check in the lookup would not see it.
      done(new DialError('address'), null);
      return;
    }
    const where = standIn === undefined
      ? { host: target.host, port: target.port, lookup: publicLookup, autoSelectFamily: true }
      : { host: standIn.address, port: standIn.port };
    const socket: Socket = target.scheme === 'http' ? connectTcp(where) : connectTls({
      ...where,
      ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
      ...(standIn === undefined ? {} : { ca: this.#offline.ca }),
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
    });
    let isOver = false;
    const finish = (error: Error | undefined): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.off('error', finish);
      if (error === undefined) {
        socket.setNoDelay(true);
        done(null, socket);
        return;
      }
      socket.on('error', () => undefined).destroy();
      done(new DialError(dialCode(error)), null);
    };
    const timer = setTimeout(() => finish(new Error('timeout')), connectTimeoutMs);
    socket.on('error', finish);
    socket.once(target.scheme === 'http' ? 'connect' : 'secureConnect', () => {
      const peer = socket.remoteAddress ?? '';
      finish(standIn !== undefined || isPublic(peer) ? undefined : new DialError('address'));
    });
  }
}

export function originOf(target: Target): string {
  return `${target.scheme}://${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}

/** Answers with public addresses only; what it answers is what is dialled, so there is no gap for a second DNS answer. */
const publicLookup: LookupFunction = (name, options, done) => {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      done(error, []);
      return;
    }
    const open = addresses.filter((a) => isPublic(a.address));
    if (open.length === 0) done(new DialError('address') as NodeJS.ErrnoException, []);
    else if (options.all) done(null, open);
    else done(null, open[0]?.address ?? '', open[0]?.family);
  });
};

function dialCode(error: Error): RefusalCode {
  if (error instanceof DialError) return error.code;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'resolve';
  if (/CERT|UNABLE_TO|SELF_SIGNED|ALTNAME/.test(code)) return 'certificate';
  return 'connect';
}
