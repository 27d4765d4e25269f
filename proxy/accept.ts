// Takes up one connection of a sandbox: peeks its first bytes, has them judged, terminates TLS, hands it to the front.
import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { admit, type Arrival, type Admitted } from './admit.ts';
import type { Audit, ConnectionRecord } from './audit.ts';
import type { Flow, SandboxFacts } from './flow.ts';
import type { Front } from './front.ts';
import { readHello } from './hello.ts';
import type { Names } from './names.ts';
import type { LivePolicy } from './policy.ts';
import { tlsFailure } from './tls-failure.ts';

/** First bytes, and then the handshake, must come within this. */
const openingMs = 10_000;

/** Pieces in which a ClientHello may come; honest ones come in one to three. */
const maxPieces = 64;

export interface AcceptParts {
  readonly policy: () => LivePolicy | undefined;
  readonly audit: Audit;
  readonly front: Front;
  readonly openingMs?: number;
}

type Opening = Arrival['opening'] | { readonly kind: 'failed'; readonly reason: string; readonly isIdle: boolean };

/** Never throws and never rejects: whatever happens to a connection ends in its record. */
export async function accept(socket: Socket, sandbox: SandboxFacts, names: Names, parts: AcceptParts): Promise<void> {
  const startedAt = performance.now();
  const address = (socket.localAddress ?? '').replace(/^::ffff:/, '');
  const port = socket.localPort ?? 0;
  const name = names.nameOf(address);
  socket.on('error', () => undefined);
  socket.setNoDelay(true);
  const record = (kind: ConnectionRecord['kind'], reason: string): void => {
    socket.destroy();
    const defaultPolicy = parts.policy()?.gateways.get(sandbox.gateway)?.defaultPolicy;
    parts.audit.connection({ sandbox, defaultPolicy, address, port, name, kind, reason, durationMs: performance.now() - startedAt }, ROOT_CONTEXT);
  };
  try {
    const limitMs = parts.openingMs ?? openingMs;
    const opening = await peek(socket, limitMs);
    if (opening.kind === 'failed') return record(opening.isIdle ? 'closed' : 'malformed', opening.reason);
    const verdict = admit({ gateway: sandbox.gateway, address, port, name, opening }, parts.policy());
    if (verdict.kind === 'refuse') {
      // A reset, not a close: a client tells "refused" from "answered with nothing".
      socket.resetAndDestroy();
      return record('denied', verdict.reason);
    }
    const flow = { sandbox, scheme: verdict.scheme, host: verdict.host, address, port };
    if (verdict.scheme === 'http') return parts.front.take({ ...flow, socket });
    const secure = await terminate(socket, verdict, limitMs);
    if (secure instanceof Error) return record('malformed', tlsFailure(secure));
    parts.front.take({ ...flow, socket: secure } satisfies Flow);
  } catch {
    record('malformed', 'internal');
  }
}

/** Reads until it is clear what the connection speaks, and puts everything back. */
function peek(socket: Socket, limitMs: number): Promise<Opening> {
  return new Promise((resolve) => {
    let seen: Buffer = Buffer.alloc(0);
    let pieces = 0;
    const finish = (opening: Opening): void => {
      clearTimeout(timer);
      socket.off('data', take).off('close', gone).off('end', gone);
      socket.pause();
      if (opening.kind !== 'failed') socket.unshift(seen);
      resolve(opening);
    };
    const take = (chunk: Buffer): void => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      const hello = readHello(seen);
      if (hello.kind === 'hello') finish({ kind: 'tls', serverName: hello.serverName });
      else if (hello.kind === 'malformed') finish({ kind: 'failed', reason: 'client_hello', isIdle: false });
      else if (hello.kind === 'not-tls') finish(looksLikeHttp(seen));
      // Each piece costs a reading of all before it.
      else if (++pieces === maxPieces) finish({ kind: 'failed', reason: 'client_hello', isIdle: false });
    };
    const gone = (): void => finish({ kind: 'failed', reason: 'no_request', isIdle: seen.length === 0 });
    const timer = setTimeout(() => finish({ kind: 'failed', reason: 'opening_timeout', isIdle: false }), limitMs);
    socket.on('data', take).on('close', gone).on('end', gone);
    socket.resume();
  });
}

/** Enough to keep SSH, SMTP and noise out; the HTTP parser judges the rest. */
function looksLikeHttp(seen: Buffer): Opening {
  const start = seen.subarray(0, 16).toString('latin1');
  if (/^[A-Z]{1,16}$|^[A-Z]{3,15} /.test(start)) return { kind: 'plain' };
  return { kind: 'failed', reason: 'protocol', isIdle: false };
}

/** The TLS side of the connection, or why it did not come about. */
function terminate(socket: Socket, verdict: Admitted, limitMs: number): Promise<TLSSocket | Error> {
  return new Promise((resolve) => {
    const secureContext = verdict.gateway.authority.context(verdict.host ?? '');
    // The peeked bytes were put back: Node feeds what a paused socket holds to the TLS engine first.
    const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
    const finish = (result: TLSSocket | Error): void => {
      clearTimeout(timer);
      secure.off('error', finish).off('secure', done).off('close', closed).off('end', closed);
      // Between here and the front nobody else listens, and an error nobody hears ends the process.
      secure.on('error', () => undefined);
      if (result instanceof Error) secure.destroy();
      resolve(result);
    };
    const done = (): void => finish(secure);
    const closed = (): void => finish(new Error('closed'));
    const timer = setTimeout(() => finish(new Error('timeout')), limitMs);
    secure.on('error', finish).on('secure', done).on('close', closed).on('end', closed);
  });
}
