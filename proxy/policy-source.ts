// Follows the operator's policy stream, swaps the policy whole, and tells the operator which one is in effect.
import { parsePolicy, policyPath, policyStatusPath, type PolicyTaken } from './contract.ts';
import type { Identity } from './identity/identity.ts';
import { OperatorLink } from './identity/operator-link.ts';
import { livePolicy, type LivePolicy } from './policy.ts';
import type { Logger } from './telemetry/log.ts';

const maxPolicyBytes = 16 * 1_048_576;

export interface PolicySourceOptions {
  readonly url: string;
  readonly identity: Identity;
  readonly log: Logger;
}

export class PolicySource {
  readonly #log: Logger;
  readonly #link: OperatorLink;
  readonly #stop = new AbortController();
  #current: LivePolicy | undefined;
  #rejected = 0;

  constructor({ url, identity, log }: PolicySourceOptions) {
    this.#log = log;
    this.#link = new OperatorLink(url, identity);
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
  follow(): Promise<void> {
    const interrupted = (error: unknown, isNews: boolean): void =>
      (isNews ? this.#log.warn : this.#log.debug)('the policy stream is interrupted; the last policy stays in effect', { error, inEffect: this.#current?.version ?? 'none' });
    return this.#link.follow({ path: policyPath, maxLineBytes: maxPolicyBytes, take: (line) => this.#take(line), interrupted }, this.#stop.signal);
  }

  stop(): void {
    this.#stop.abort();
    this.#link.close();
  }

  #take(line: string): void {
    const log = this.#log;
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
    const taken: PolicyTaken = { version };
    try {
      await this.#link.put(policyStatusPath, taken, this.#stop.signal);
    } catch (error) {
      this.#log.debug('telling the operator which policy is in effect', { error });
    }
  }
}
