// A whole proxy process with everything around it that is real: an operator over HTTPS, TLS upstreams, and a worker that hands sockets over.
import type { ExecutionContext } from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as HttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admissionPath, policyPath, policyStatusPath, type Admission, type GatewayPolicy, type Policy } from '../../proxy/contract.ts';
import { decodeLogs, decodeSpans, type LogLine, type SpanLine } from '../../proxy/telemetry/otlp-json.ts';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { enrolPath } from '../../proxy/identity/enrolment.ts';
import { answerEnrolment, trustOf } from '../support/enrolment.ts';
import { dev, gatewayCa } from './authorities.ts';
import { sendDescriptors } from './descriptors.ts';
import { anywhere, listening, portOf } from './upstream.ts';

export const secret = 'sk-ant-made-up-4f9d2c7b1a';
const main = join(import.meta.dirname, '../../proxy/main.js');

const trust = await trustOf(dev);
const operatorTls = issueCertificate({ subject: 'operator', altNames: ['127.0.0.1'], usage: 'server', days: 1, issuer: dev });

export const gateway: GatewayPolicy = {
  gateway: 'default/echo-bot',
  defaultPolicy: 'deny-all',
  listeners: [{ name: 'tls', shape: 'tls-terminate' }],
  authority: gatewayCa,
  routes: [{ route: 'default/anthropic', provider: 'anthropic', endpoints: ['/v1/messages'] }],
  credentials: [{
    policy: 'default/anthropic-key', scope: { kind: 'route', route: 'default/anthropic' }, header: 'x-api-key', secret: { state: 'present', value: secret },
  }],
  requestTimeoutMs: 10_000,
};

export function policyOf(changes: Partial<GatewayPolicy> = {}, version = 'v1'): Policy {
  return { version, gateways: [{ ...gateway, ...changes }] };
}

export class Rig {
  readonly dir = mkdtempSync(join(tmpdir(), 'clrk-proxy-'));
  readonly spans: SpanLine[] = [];
  readonly logs: LogLine[] = [];
  readonly taken: { version: string }[] = [];
  readonly cleanup: (() => void)[] = [];
  stderr = '';
  /** The operator takes telemetry and does not answer. */
  isDeaf = false;
  process: ChildProcess | undefined;
  /** The line that was sent last; also what a new stream begins with. */
  #line: string | undefined;
  readonly #streams = new Set<ServerResponse>();
  #operator: HttpsServer | undefined;

  static async start(t: ExecutionContext, options: { policy?: Policy | undefined; upstreams?: Record<string, number>; env?: Record<string, string> } = {}): Promise<Rig> {
    const rig = new Rig();
    t.teardown(() => rig.stop());
    await rig.begin(options);
    return rig;
  }

  /** `entry` is another build of the process, such as its bundle. */
  async begin(options: { policy?: Policy | undefined; upstreams?: Record<string, number>; env?: Record<string, string>; entry?: string }): Promise<void> {
    this.#line = options.policy === undefined ? undefined : JSON.stringify(options.policy);
    const operator = createTlsServer({ cert: operatorTls.certificate, key: operatorTls.key, ca: dev.certificate, requestCert: true, rejectUnauthorized: false }, (request, response) => this.#operate(request, response));
    this.#operator = operator;
    await listening(operator);
    const files = { 'dev-ca.pem': dev.certificate, token: 'proxy-token-0123456789\n' };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.dir, name), text);
    const child = spawn(process.execPath, [options.entry ?? main], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        CLRK_OPERATOR_URL: `https://127.0.0.1:${portOf(operator)}`,
        CLRK_OPERATOR_CA_FILE: join(this.dir, 'dev-ca.pem'),
        CLRK_OPERATOR_TOKEN_FILE: join(this.dir, 'token'),
        CLRK_PROXY_SOCKET_DIR: this.dir,
        CLRK_OFFLINE_UPSTREAMS: Object.entries(options.upstreams ?? {}).map(([host, port]) => `${host}=127.0.0.1:${port}`).join(','),
        CLRK_OFFLINE_CA_FILE: join(this.dir, 'dev-ca.pem'),
        CLRK_OTLP_DELAY_MS: '20',
        CLRK_SUPERVISED: '1',
        POD_NAME: 'worker-0',
        POD_NAMESPACE: 'clrk',
        ...options.env,
      },
    });
    this.process = child;
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the proxy ended with ${code}: ${this.stderr}`)));
    });
    if (options.policy !== undefined) await until(() => this.taken.length > 0, 'the policy to be taken');
  }

  /** Sends a line to the proxy as the operator would. */
  push(policy: Policy | string): void {
    this.#line = typeof policy === 'string' ? policy : JSON.stringify(policy);
    for (const stream of this.#streams) stream.write(`${this.#line}\n`);
  }

  async swap(policy: Policy): Promise<void> {
    this.push(policy);
    await until(() => this.taken.some((t) => t.version === policy.version), `policy ${policy.version} to be taken`);
  }

  #operate(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = Buffer.concat(chunks);
      if (request.url === enrolPath && request.headers.authorization === 'Bearer proxy-token-0123456789') response.end(answerEnrolment(trust, 'proxy', body.toString()));
      else if (!(request.socket as TLSSocket).authorized) response.writeHead(401).end();
      else if (request.url === policyPath) {
        this.#streams.add(response);
        response.writeHead(200).write(this.#line === undefined ? '\n' : `${this.#line}\n`);
      } else if (request.url === policyStatusPath) {
        this.taken.push(JSON.parse(body.toString()) as { version: string });
        response.end('{}');
      } else {
        if (this.isDeaf) return;
        if (request.url === '/v1/traces') this.spans.push(...decodeSpans(body));
        if (request.url === '/v1/logs') this.logs.push(...decodeLogs(body));
        response.setHeader('content-type', 'application/json').end('{}');
      }
    });
  }

  /** A sandbox with one listener; returns the port that its agent connects to. */
  async admit(id = 'da-default-echo-bot-1', change: Partial<Admission> = {}, at = anywhere): Promise<{ port: number; dns: number; status: number; body: string }> {
    const server = createServer();
    await listening(server, at);
    const udp = createSocket('udp4');
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    const port = portOf(server);
    const dns = udp.address().port;
    const token = `token-${id}-${Math.random().toString(36).slice(2)}`;
    const fd = (handle: unknown): number => (handle as { fd: number }).fd;
    const udpState = Object.getOwnPropertySymbols(udp).map((s) => (udp as unknown as Record<symbol, { handle?: unknown }>)[s]).find((v) => v?.handle !== undefined);
    sendDescriptors(join(this.dir, 'handoff.sock'), token, [fd((server as unknown as { _handle: unknown })._handle), fd(udpState?.handle)]);
    const admission: Admission = {
      id, token, gateway: 'default/echo-bot', runtime: 'namespaces',
      agent: { kind: 'DaemonAgent', namespace: 'default', name: 'echo-bot', uid: 'u-1', revision: 'echo-bot-00001' },
      sockets: [{ kind: 'tcp' }, { kind: 'dns' }],
      ...change,
    };
    const reply = await this.control('PUT', `${admissionPath}${id}`, JSON.stringify(admission));
    server.close();
    udp.close();
    return { port, dns, ...reply };
  }

  control(method: string, path: string, body?: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({ socketPath: join(this.dir, 'control.sock'), method, path, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      request.on('error', reject).end(body);
    });
  }

  /** The log record whose body matches, once it has arrived. */
  async record(pattern: RegExp): Promise<LogLine> {
    await until(() => this.logs.some((l) => pattern.test(bodyText(l))), `a record like ${pattern}, have ${JSON.stringify(this.logs.map(bodyText))}`);
    return this.logs.find((l) => pattern.test(bodyText(l))) as LogLine;
  }

  async span(log: LogLine): Promise<SpanLine> {
    await until(() => this.spans.some((s) => s.spanId === log.spanId), 'the span of a record');
    return this.spans.find((s) => s.spanId === log.spanId) as SpanLine;
  }

  async stop(): Promise<void> {
    const child = this.process;
    if (child !== undefined && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    for (const stream of this.#streams) stream.destroy();
    this.#operator?.closeAllConnections();
    this.#operator?.close();
    for (const undo of this.cleanup) undo();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function bodyText(log: LogLine): string {
  return typeof log.body === 'string' ? log.body : JSON.stringify(log.body);
}

export async function until(condition: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
