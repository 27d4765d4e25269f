// Follows the operator's policy stream, swaps the policy whole, and tells the operator which one is in effect.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import { parsePolicy, policyPath, policyStatusPath, type PolicyTaken } from './contract.ts';
import { livePolicy, type LivePolicy } from './policy.ts';
import { bearer } from './steps/credentials.ts';
import type { Logger } from './telemetry/log.ts';
import type { Sealed } from './telemetry/sealed.ts';

const silenceMs = 15_000;
const backOffMs = { first: 100, last: 5000 };
const maxPolicyBytes = 16 * 1_048_576;

export interface PolicySourceOptions {
  readonly operator: { readonly url: string; readonly ca: string; readonly token: Sealed };
  /** How the operator knows this proxy. */
  readonly proxy: string;
  readonly log: Logger;
}

export class PolicySource {
  readonly #options: PolicySourceOptions;
  readonly #agent: Agent;
  readonly #stop = new AbortController();
  #current: LivePolicy | undefined;
  #rejected = 0;
  #failed = 0;

  constructor(options: PolicySourceOptions) {
    this.#options = options;
    this.#agent = new Agent({ connect: { ca: options.operator.ca }, allowH2: false, bodyTimeout: silenceMs, headersTimeout: silenceMs });
  }

  /** Undefined until the first one: nothing passes then. */
  get current(): LivePolicy | undefined {
    return this.#current;
  }

  /** Policies that did not parse; each left the one before it in effect. */
  get rejected(): number {
    return this.#rejected;
  }

  /** Runs until `stop`; never rejects. */
  async follow(): Promise<void> {
    let waitMs = backOffMs.first;
    while (!this.#stop.signal.aborted) {
      const before = this.#current;
      await this.#stream().catch((error: unknown) => this.#report(error));
      if (before !== this.#current) waitMs = backOffMs.first;
      await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      waitMs = Math.min(2 * waitMs, backOffMs.last);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#agent.destroy();
  }

  async #stream(): Promise<void> {
    const { statusCode, body } = await this.#call('GET', `${policyPath}?proxy=${encodeURIComponent(this.#options.proxy)}`);
    if (statusCode !== 200) {
      await body.dump({ limit: 65_536 });
      throw new Error(`the operator answered ${statusCode} to ${policyPath}`);
    }
    this.#failed = 0;
    for await (const line of linesOf(body)) this.#take(line);
    throw new Error('the operator ended the policy stream');
  }

  #take(line: string): void {
    const { log } = this.#options;
    try {
      const next = livePolicy(parsePolicy(JSON.parse(line)), this.#current);
      const isNew = next.version !== this.#current?.version;
      this.#current = next;
      if (isNew) log.info('policy in effect', { version: next.version, gateways: next.gateways.size });
      void this.#confirm(next.version);
    } catch (error) {
      this.#rejected++;
      // JSON.parse quotes its input in its message, and the input holds secrets.
      const why = error instanceof SyntaxError ? 'it is not JSON' : error;
      log.error('a policy does not parse; the one before it stays in effect', { error: why, rejected: this.#rejected, inEffect: this.#current?.version ?? 'none' });
    }
  }

  async #confirm(version: string): Promise<void> {
    const taken: PolicyTaken = { proxy: this.#options.proxy, version };
    try {
      const { body } = await this.#call('PUT', policyStatusPath, JSON.stringify(taken));
      await body.dump({ limit: 65_536 });
    } catch (error) {
      this.#options.log.debug('telling the operator which policy is in effect', { error });
    }
  }

  #call(method: 'GET' | 'PUT', path: string, body?: string): Promise<Dispatcher.ResponseData> {
    const { url, token } = this.#options.operator;
    return request(`${url}${path}`, {
      method,
      headers: { authorization: bearer(token), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body }),
      dispatcher: this.#agent,
      signal: this.#stop.signal,
    });
  }

  /** The first failure in a row is news, the others are not. */
  #report(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#failed++;
    const { log } = this.#options;
    (this.#failed === 1 ? log.warn : log.debug)('the policy stream is interrupted; the last policy stays in effect', { error, inEffect: this.#current?.version ?? 'none' });
  }
}

/** Lines that are not empty; empty ones are heartbeats. Throws when a line grows beyond its bound. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      const line = Buffer.concat([...parts, chunk.subarray(from, at)]).toString('utf8').trim();
      parts = [];
      length = 0;
      from = at + 1;
      if (line !== '') yield line;
    }
    length += chunk.length - from;
    if (length > maxPolicyBytes) throw new Error(`a policy is larger than ${maxPolicyBytes} bytes`);
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
}
