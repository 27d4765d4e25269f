// The control socket: the worker admits and ends sandboxes over it, and sees by its end that the proxy died.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { admissionPath, parseAdmission, type Admission } from './contract.ts';
import { Malformed } from './decode.ts';
import type { Handoff } from './handoff.ts';
import { closeDescriptor } from './native.ts';
import { AdmittedSandbox, type SandboxParts } from './sandbox.ts';
import { claimSocket, removeSocket } from './socket-file.ts';
import type { Logger } from './telemetry/log.ts';

const maxAdmissionBytes = 65_536;
const maxSandboxes = 1024;
const heartbeatMs = 1000;
/** A worker that has been watching and went away takes its sandboxes with it, unless another comes within this. */
const orphanMs = 10_000;

export interface AdmissionsParts extends SandboxParts {
  readonly handoff: Handoff;
  readonly log: Logger;
}

interface Reply {
  readonly status: number;
  readonly error?: string;
}

export class Admissions {
  readonly #parts: AdmissionsParts;
  readonly #sandboxes = new Map<string, AdmittedSandbox>();
  readonly #watchers = new Set<ServerResponse>();
  readonly #connections = new Set<Socket>();
  readonly #server: Server;
  #orphanTimer: NodeJS.Timeout | undefined;
  #path = '';

  constructor(parts: AdmissionsParts) {
    this.#parts = parts;
    this.#server = createServer({ headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 60_000 }, (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.#parts.log.error('a call on the control socket failed', { error });
        response.destroy();
      });
    });
    this.#server.maxConnections = 64;
    this.#server.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
  }

  get size(): number {
    return this.#sandboxes.size;
  }

  async listen(path: string): Promise<void> {
    removeSocket(path);
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(path, resolve));
    claimSocket(path);
    this.#path = path;
  }

  /** No new connection from any sandbox; what is open goes on. */
  stopAccepting(): void {
    for (const sandbox of this.#sandboxes.values()) sandbox.close(false);
  }

  close(): void {
    clearTimeout(this.#orphanTimer);
    for (const sandbox of this.#sandboxes.values()) sandbox.close();
    this.#sandboxes.clear();
    this.#server.close();
    for (const socket of this.#connections) socket.destroy();
    if (this.#path !== '') removeSocket(this.#path);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (request.method === 'GET' && (path === admissionPath || path === admissionPath.slice(0, -1))) return this.#watch(response);
    const id = path.startsWith(admissionPath) ? path.slice(admissionPath.length) : '';
    const reply = id === '' ? { status: 404, error: `unknown path; use ${admissionPath}<id>` } : await this.#change(request, id);
    const body = JSON.stringify(reply.error === undefined ? {} : { error: reply.error });
    response.writeHead(reply.status, { 'content-type': 'application/json', ...(request.complete ? {} : { connection: 'close' }) }).end(body);
  }

  async #change(request: IncomingMessage, id: string): Promise<Reply> {
    if (request.method === 'DELETE') return this.#end(id);
    if (request.method !== 'PUT') return { status: 405, error: 'only PUT and DELETE are known here' };
    const text = await readAll(request, maxAdmissionBytes);
    if (text === undefined) return { status: 413, error: `an admission has at most ${maxAdmissionBytes} bytes` };
    let admission: Admission;
    try {
      admission = parseAdmission(JSON.parse(text));
    } catch (error) {
      return { status: 400, error: error instanceof Malformed ? error.message : 'the admission is not JSON' };
    }
    if (admission.id !== id) return { status: 400, error: 'admission.id: differs from the id in the path' };
    return this.#admit(admission);
  }

  async #admit(admission: Admission): Promise<Reply> {
    const descriptors = this.#parts.handoff.take(admission.token);
    if (descriptors === undefined) return { status: 409, error: 'no descriptors were handed over under this token, or too long ago' };
    if (this.#sandboxes.size >= maxSandboxes && !this.#sandboxes.has(admission.id)) {
      descriptors.forEach(closeDescriptor);
      return { status: 503, error: `this proxy serves ${maxSandboxes} sandboxes already` };
    }
    const { id, agent, gateway, runtime } = admission;
    try {
      const sandbox = await AdmittedSandbox.open({ id, agent, gateway, runtime }, admission.sockets, descriptors, this.#parts);
      // The same id again is the sandbox started anew: the old listeners belong to nobody.
      this.#sandboxes.get(id)?.close();
      this.#sandboxes.set(id, sandbox);
    } catch (error) {
      return { status: 400, error: error instanceof Error ? error.message : 'the descriptors cannot be used' };
    }
    this.#parts.log.info('sandbox admitted', { sandbox: id, agent: `${agent.namespace}/${agent.name}`, gateway });
    return { status: 200 };
  }

  #end(id: string): Reply {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) return { status: 404, error: `no sandbox ${id.slice(0, 128)} is admitted` };
    this.#sandboxes.delete(id);
    sandbox.close();
    this.#parts.log.info('sandbox ended', { sandbox: id });
    return { status: 200 };
  }

  #watch(response: ServerResponse): void {
    clearTimeout(this.#orphanTimer);
    this.#watchers.add(response);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('\n');
    const beat = setInterval(() => response.write('\n'), heartbeatMs);
    response.once('close', () => {
      clearInterval(beat);
      this.#watchers.delete(response);
      if (this.#watchers.size === 0) this.#orphanTimer = setTimeout(() => this.#endOrphans(), orphanMs).unref();
    });
  }

  /** The descriptors would keep dead network namespaces alive for ever. */
  #endOrphans(): void {
    if (this.#sandboxes.size > 0) this.#parts.log.warn('the worker is gone; its sandboxes are closed', { sandboxes: this.#sandboxes.size });
    for (const id of this.#sandboxes.keys()) this.#end(id);
  }
}

async function readAll(request: IncomingMessage, max: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > max) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
