// Sends telemetry on to the next collector, byte for byte, in the background: bounded, dropping and counting.
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../proxy/telemetry/log.ts';

export interface Export {
  readonly path: '/v1/logs' | '/v1/traces';
  readonly encoding: string | undefined;
  readonly bytes: Buffer;
}

const maxWaiting = 512;
const maxWaitingBytes = 32 * 1024 * 1024;
const attempts = 3;
const timeoutMs = 5000;
const tellEveryMs = 30_000;

export class Forward {
  readonly #url: URL;
  readonly #authorization: { readonly authorization?: string };
  readonly #log: Logger;
  readonly #agent: http.Agent;
  readonly #waiting: Export[] = [];
  #bytes = 0;
  #sending = false;
  #closed = false;
  #toldAt = 0;
  /** Exports that were lost since the start. */
  dropped = 0;

  constructor(url: string, token: string | undefined, log: Logger) {
    this.#url = new URL(url);
    this.#authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#log = log;
    this.#agent = this.#url.protocol === 'https:' ? new https.Agent({ keepAlive: true, maxSockets: 1 }) : new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  /** Never blocks: when the collector is slow the oldest go. */
  send(item: Export): void {
    if (this.#closed) return;
    this.#waiting.push(item);
    this.#bytes += item.bytes.length;
    while (this.#waiting.length > maxWaiting || this.#bytes > maxWaitingBytes) this.#lose(this.#waiting.shift(), 'the queue is full');
    if (!this.#sending) void this.#drain();
  }

  close(): void {
    this.#closed = true;
    this.#agent.destroy();
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    for (let item = this.#waiting.shift(); item && !this.#closed; item = this.#waiting.shift()) {
      this.#bytes -= item.bytes.length;
      await this.#deliver(item);
    }
    this.#sending = false;
  }

  async #deliver(item: Export): Promise<void> {
    let last: unknown;
    for (let attempt = 0; attempt < attempts && !this.#closed; attempt++) {
      try {
        const status = await this.#post(item);
        if (status < 400) return;
        last = new Error(`it answered ${status}`);
        if (status < 500 && status !== 429) break;
      } catch (error) {
        last = error;
      }
      await sleep(200 * 2 ** attempt);
    }
    this.dropped++;
    this.#tell(last);
  }

  #lose(item: Export | undefined, why: string): void {
    this.#bytes -= item?.bytes.length ?? 0;
    this.dropped++;
    this.#tell(why);
  }

  #tell(error: unknown): void {
    if (this.#closed || Date.now() - this.#toldAt < tellEveryMs) return;
    this.#toldAt = Date.now();
    this.#log.warn(`telemetry is lost on its way to ${this.#url.origin}`, { error, dropped: this.dropped });
  }

  #post({ path, encoding, bytes }: Export): Promise<number> {
    const { request: open } = this.#url.protocol === 'https:' ? https : http;
    const url = new URL(this.#url.pathname.replace(/\/$/, '') + path, this.#url);
    const headers = { ...this.#authorization, 'content-type': 'application/json', 'content-length': bytes.length, ...(encoding ? { 'content-encoding': encoding } : {}) };
    return new Promise((resolve, reject) => {
      const request = open(url, { method: 'POST', agent: this.#agent, headers }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.on('error', reject);
      });
      request.setTimeout(timeoutMs, () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      request.on('error', reject);
      request.end(bytes);
    });
  }
}
