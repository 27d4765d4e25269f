// An API server and an operator as processes, and the clients of the operator's door: what the end-to-end tests stand on.
import type { ExecutionContext } from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Kube } from '../../operator/kube/kube.ts';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { startCluster, type ClusterKind } from '../support/cluster.ts';
import { enrol, type Client } from '../support/enrolment.ts';

export const tokens = { worker: 'worker-token-0123456789', proxy: 'proxy-token-01234567890', reader: 'reader-token-0123456789' } as const;
const sources = join(import.meta.dirname, '../..');

export interface Running {
  readonly child: ChildProcess;
  readonly address: string;
  /** Of the readers' door. */
  readonly readers: string;
  readonly stderr: () => string;
}

/** Starts a process that follows the child contract, and waits for its READY line. */
export function start(t: ExecutionContext, entry: string, env: Readonly<Record<string, string>>): Promise<Running> {
  const child = spawn(process.execPath, [join(sources, entry)], { env: { PATH: process.env['PATH'] ?? '', CLRK_SUPERVISED: '1', ...env }, stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  t.teardown(() => end(child, 'SIGKILL'));
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`${entry} ended with ${code}: ${stderr}`)));
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('READY ')) resolve({ child, ...(JSON.parse(line.slice(6)) as Pick<Running, 'address' | 'readers'>), stderr: () => stderr });
    });
  });
}

/** Ends a process and resolves with its exit code. */
export function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve(code));
    child.kill(signal);
  });
}

/** What the worker and the proxy of the session's pod get from this operator. */
export async function clients({ address }: Running, ca: string): Promise<{ readonly worker: Client; readonly proxy: Client }> {
  const of = async (token: string): Promise<Client> => {
    const { cert, key } = await enrol(address, { ca, token });
    return { cert, key };
  };
  return { worker: await of(tokens.worker), proxy: await of(tokens.proxy) };
}

export interface Rig {
  readonly kube: Kube;
  readonly kubeconfig: string;
  readonly ca: string;
  /** Writes a file of the test's and gives its path. */
  readonly put: (name: string, content: string) => string;
  readonly operatorEnv: Readonly<Record<string, string>>;
  readonly startOperator: () => Promise<Running>;
  /** Kills it and starts it on the same port with the same state. */
  readonly restartApiServer: () => Promise<void>;
}

/** An API server of its own, embedded or real, with the kinds installed, and what an operator needs to start. */
export async function rig(t: ExecutionContext, kind: ClusterKind = 'embedded'): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-operator-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const { kube, kubeconfig, restart } = await startCluster(t, { kind });
  const ca = issueCertificate({ subject: 'dev ca', usage: 'ca', days: 1 });
  const put = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const operatorEnv = {
    CLRK_AUTHORITY_CERT_FILE: put('ca.crt', ca.certificate),
    CLRK_AUTHORITY_KEY_FILE: put('ca.key', ca.key),
    CLRK_SESSION_POD: 'default/default/worker-0',
    CLRK_LISTEN: '127.0.0.1:0',
    CLRK_READER_LISTEN: '127.0.0.1:0',
    CLRK_PROBE_LISTEN: '127.0.0.1:0',
    KUBECONFIG: kubeconfig,
    CLRK_WORKER_TOKEN_FILE: put('worker.token', `${tokens.worker}\n`),
    CLRK_PROXY_TOKEN_FILE: put('proxy.token', tokens.proxy),
    CLRK_READER_TOKEN_FILE: put('reader.token', tokens.reader),
  };
  return { kube, kubeconfig, ca: ca.certificate, put, operatorEnv, startOperator: () => start(t, 'operator/main.js', operatorEnv), restartApiServer: restart };
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

interface Call {
  readonly ca: string;
  readonly token?: string;
  readonly client?: Client;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** From where; another one of this machine is somebody else. */
  readonly localAddress?: string;
}

export function call(url: string, { ca, token, client, method = 'GET', headers = {}, body, localAddress }: Call): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { ca, ...client, method, agent: false, ...(localAddress === undefined ? {} : { localAddress }), headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

export interface LineStream<T> {
  /** The newest line that fits, as soon as there is one. */
  readonly until: (fits: (value: T) => boolean) => Promise<T>;
  /** When the other side has ended it. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}

/** Follows a stream of JSON lines; `told` is given each of them. */
export function follow<T>(t: ExecutionContext, url: string, { ca, token, client }: Call, told: (line: string) => void = () => undefined): LineStream<T> {
  let latest: T | undefined;
  let look = (): void => undefined;
  const { promise: ended, resolve: over } = Promise.withResolvers<void>();
  const request = https.request(url, { ca, ...client, agent: false, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } }, (response) => {
    const lines = createInterface(response).on('line', (line) => {
      if (!line.trim()) return;
      told(line);
      latest = JSON.parse(line) as T;
      look();
    });
    // The operator is killed in the middle of a stream on purpose; readline passes the stream's error on.
    for (const stream of [response, lines]) stream.on('error', () => undefined);
    response.on('close', over);
  });
  request.on('error', () => undefined);
  request.end();
  t.teardown(() => request.destroy());
  return {
    until: (fits) =>
      new Promise((resolve) => {
        look = () => {
          if (latest !== undefined && fits(latest)) resolve(latest);
        };
        look();
      }),
    ended,
    close: () => request.destroy(),
  };
}

/** Asks again and again until the answer fits; the test's own time limit is the only one. */
export async function eventually<T>(ask: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (fits(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
