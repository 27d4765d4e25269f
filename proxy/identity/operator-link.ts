// The operator's door as its clients use it: a stream of JSON lines that is taken up again for ever, and small reports.
import type { IncomingMessage } from 'node:http';
import { request, type Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityAgent } from './agent.ts';
import type { Held, Identity } from './identity.ts';

const silenceMs = 15_000;
const answerMs = 10_000;
const backOffMs = { first: 100, last: 5000 };

export interface Following {
  readonly path: string;
  readonly maxLineBytes: number;
  /** One line that is no heartbeat. What it throws ends the stream, which is then begun anew. */
  readonly take: (line: string) => void;
  /** The stream broke, or could not be had; the first time in a row is news. */
  readonly interrupted: (error: unknown, isNews: boolean) => void;
  /** The stream is there again after an interruption that was told. */
  readonly resumed?: () => void;
}

/** It begins anew with another certificate: nothing is wrong. */
class Renewed extends Error {}

export class OperatorLink {
  readonly #url: string;
  readonly #identity: Identity;
  readonly #agent: Agent;
  #isOpen = false;

  constructor(url: string, identity: Identity) {
    this.#url = url;
    this.#identity = identity;
    this.#agent = identityAgent(identity, 4);
  }

  /** The stream is open now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Until the signal; never rejects. */
  async follow(following: Following, signal: AbortSignal): Promise<void> {
    let waitMs = backOffMs.first;
    let failures = 0;
    const lived = (): void => {
      if (failures > 0) following.resumed?.();
      [waitMs, failures] = [backOffMs.first, 0];
    };
    while (!signal.aborted) {
      try {
        const held = await this.#identity.present(signal);
        await this.#stream(following, held, signal, lived);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Renewed) continue;
        following.interrupted(error, ++failures === 1);
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(2 * waitMs, backOffMs.last);
    }
  }

  /** Rejects when the operator did not take it. */
  async put(path: string, body: unknown, signal?: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(answerMs);
    const answer = await this.#ask('PUT', path, signal ? AbortSignal.any([signal, limit]) : limit, JSON.stringify(body));
    answer.resume();
    if (answer.statusCode === undefined || answer.statusCode >= 300) throw new Error(`the operator answered ${answer.statusCode} to ${path}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #stream({ path, maxLineBytes, take }: Following, held: Held, signal: AbortSignal, lived: () => void): Promise<void> {
    const lifetime = new AbortController();
    const stop = (): void => lifetime.abort(signal.reason);
    signal.addEventListener('abort', stop);
    const silence = setTimeout(() => lifetime.abort(new Error('the operator is silent')), silenceMs);
    const forget = this.#identity.onRenewed(() => lifetime.abort(new Renewed()));
    try {
      const answer = await this.#ask('GET', path, lifetime.signal);
      if (answer.statusCode === 401) this.#identity.refused(held);
      if (answer.statusCode !== 200) {
        answer.destroy();
        throw new Error(`the operator answered ${answer.statusCode} to ${path}`);
      }
      this.#isOpen = true;
      for await (const line of linesOf(answer, maxLineBytes, () => silence.refresh())) {
        take(line);
        lived();
      }
      throw new Error(`the operator ended the stream ${path}`);
    } catch (error) {
      throw lifetime.signal.aborted ? lifetime.signal.reason : error;
    } finally {
      this.#isOpen = false;
      clearTimeout(silence);
      forget();
      signal.removeEventListener('abort', stop);
      lifetime.abort();
    }
  }

  #ask(method: 'GET' | 'PUT', path: string, signal: AbortSignal, body?: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const asking = request(this.#url + path, { method, agent: this.#agent, headers, signal }, resolve);
      asking.on('error', reject);
      asking.end(body);
    });
  }
}

/** Lines that are not empty; empty ones are heartbeats. Throws when a line grows beyond its bound. */
async function* linesOf(stream: AsyncIterable<Buffer>, maxBytes: number, alive: () => void): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    alive();
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      const line = Buffer.concat([...parts, chunk.subarray(from, at)]).toString('utf8').trim();
      parts = [];
      length = 0;
      from = at + 1;
      if (line !== '') yield line;
    }
    length += chunk.length - from;
    if (length > maxBytes) throw new Error(`the operator sent a line longer than ${maxBytes} bytes`);
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
}
