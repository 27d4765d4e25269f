// A real operator's door for tests: TLS, a stream of orders that the test writes, and what the worker sent.
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { enrolPath } from '../../proxy/identity/enrolment.ts';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { ordersPath, parseWorkerStatus, statusPath, type WorkerStatus, type WorkOrder } from '../../sandbox/contract.ts';
import { answerEnrolment, trustOf } from '../support/enrolment.ts';

export interface LogRecord {
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Sent {
  readonly resourceLogs: readonly { readonly scopeLogs: readonly { readonly logRecords: readonly Wire[] }[] }[];
}

interface Wire {
  readonly body: { readonly stringValue: string };
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

export class TestOperator {
  readonly authority = issueCertificate({ subject: 'test operator', usage: 'ca', days: 1 });
  readonly #trust = trustOf(this.authority);
  readonly statuses: WorkerStatus[] = [];
  readonly records: LogRecord[] = [];
  readonly #streams = new Set<ServerResponse>();
  readonly #server: Server;
  readonly #token: string;
  #orders: readonly WorkOrder[] = [];

  constructor(token: string) {
    this.#token = token;
    const { certificate, key } = issueCertificate({ subject: 'operator', usage: 'server', days: 1, altNames: ['127.0.0.1'], issuer: this.authority });
    this.#server = createServer({ cert: certificate, key, ca: this.authority.certificate, requestCert: true, rejectUnauthorized: false }, (asked, answer) => {
      this.#serve(asked, answer).catch((error: unknown) => {
        process.stderr.write(`test operator: ${asked.method} ${asked.url} ${String(error)}\n`);
        answer.destroy();
      });
    });
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  order(orders: readonly WorkOrder[]): void {
    this.#orders = orders;
    for (const stream of this.#streams) this.#write(stream);
  }

  async #serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = asked.url ?? '';
    const isEnrolling = path === enrolPath && asked.headers.authorization === `Bearer ${this.#token}`;
    if (!isEnrolling && !(asked.socket as TLSSocket).authorized) return void answer.writeHead(401).end();
    if (path === ordersPath) {
      answer.writeHead(200);
      this.#streams.add(answer);
      answer.on('close', () => this.#streams.delete(answer));
      return this.#write(answer);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const text = (asked.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
    if (isEnrolling) return void answer.end(answerEnrolment(await this.#trust, 'worker', text));
    if (path === statusPath) this.statuses.push(parseWorkerStatus(JSON.parse(text)));
    if (path === '/v1/logs') this.#keep(JSON.parse(text) as Sent);
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }

  #keep(sent: Sent): void {
    for (const { scopeLogs } of sent.resourceLogs) {
      for (const { logRecords } of scopeLogs) {
        for (const { body, attributes } of logRecords) {
          this.records.push({ body: body.stringValue, attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])) });
        }
      }
    }
  }

  #write(stream: ServerResponse): void {
    stream.write(`${JSON.stringify({ version: String(Date.now()), orders: this.#orders })}\n\n`);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
