// Hands the sockets of a sandbox to the proxy, has it admitted, and notices when the proxy dies or comes back.
import { randomUUID } from 'node:crypto';
import { closeSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { admissionPath, controlSocket, handoffSocket, type Admission } from '../proxy/contract.ts';
import { closeAll, family, openSocket, send, socketKind, unixAddress } from './libc.ts';
import type { OpenSockets } from './sockets.ts';

export type Candidate = Omit<Admission, 'token' | 'sockets'>;

const answerMs = 5000;
const silenceMs = 5000;

/**
 * Sends the sockets, then asks for admission. No copy of them stays here, so that a dead proxy closes them and the sandbox is refused
 * at once; the descriptors are closed whatever happens.
 */
export async function handOver(socketDir: string, candidate: Candidate, open: OpenSockets): Promise<void> {
  const token = randomUUID();
  try {
    const fd = openSocket(family.unix, socketKind.datagram);
    try {
      const to = unixAddress(join(socketDir, handoffSocket));
      send(fd, { to, bytes: Buffer.from(token), fds: open.fds }, 'handing the sockets of a sandbox to the egress proxy');
    } finally {
      closeSync(fd);
    }
  } finally {
    closeAll(open.fds);
  }
  const admission: Admission = { ...candidate, token, sockets: open.sockets };
  await ask(socketDir, 'PUT', candidate.id, JSON.stringify(admission));
}

/** Tells the proxy that a sandbox has ended. */
export async function release(socketDir: string, id: string): Promise<void> {
  await ask(socketDir, 'DELETE', id, '');
}

async function ask(socketDir: string, method: 'PUT' | 'DELETE', id: string, body: string): Promise<void> {
  const headers = body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const answer = await open(socketDir, { method, path: admissionPath + id, headers, body, signal: AbortSignal.timeout(answerMs) });
  const text = await readSome(answer);
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return;
  if (method === 'DELETE' && status === 404) return;
  throw new Error(`the egress proxy answered ${status} for sandbox ${id}: ${text.trim() || 'no reason given'}`);
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string | number>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

function open(socketDir: string, what: Ask): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { body, ...options } = what;
    const asking = request({ ...options, socketPath: join(socketDir, controlSocket), agent: false }, resolve);
    asking.on('error', reject);
    asking.end(body);
  });
}

async function readSome(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer) {
    text += String(chunk);
    if (text.length > 2000) break;
  }
  return text.slice(0, 2000);
}

export interface ProxyWatch {
  /** The proxy answers; it knows none of our sandboxes if it is a new one. */
  readonly up: () => void;
  readonly down: (why: string) => void;
}

/** Follows the proxy's heartbeat until `signal` ends it; never rejects. */
export async function watchProxy(socketDir: string, watch: ProxyWatch, signal: AbortSignal): Promise<void> {
  let delayMs = 100;
  while (!signal.aborted) {
    let why = 'its heartbeat ended';
    try {
      await heartbeat(socketDir, signal, () => {
        delayMs = 100;
        watch.up();
      });
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) return;
    watch.down(why);
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, 2000);
  }
}

async function heartbeat(socketDir: string, signal: AbortSignal, up: () => void): Promise<void> {
  const lifetime = new AbortController();
  const stop = (): void => lifetime.abort();
  signal.addEventListener('abort', stop);
  const silence = setTimeout(stop, silenceMs);
  try {
    const answer = await open(socketDir, { method: 'GET', path: admissionPath, signal: lifetime.signal });
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw new Error(`it answered ${answer.statusCode} to the heartbeat request`);
    }
    up();
    for await (const _line of answer) silence.refresh();
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', stop);
    lifetime.abort();
  }
}
