// Who this process is to the operator: a key made here, a short-lived certificate for it, renewed before its end, never written anywhere.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Logger } from '../telemetry/log.ts';
import { reveal, Sealed } from '../telemetry/sealed.ts';
import { enrolPath, maxEnrolmentAnswerBytes, parseEnrolment, type Enrolment } from './enrolment.ts';

export interface IdentityOptions {
  readonly operatorUrl: string;
  /** PEM; read anew at each renewal, since an authority is exchanged while we run. */
  readonly authorityFile: string;
  /** One bearer token; read anew at each renewal, since the kubelet puts a new one there. */
  readonly tokenFile: string;
  readonly log: Logger;
}

/** What a connection is made with. */
export interface Held {
  /** Counts the certificates of this process. */
  readonly generation: number;
  readonly context: SecureContext;
}

const backOffMs = { first: 100, last: 10_000 };
const answerMs = 10_000;
/** An operator that starts beside us is away for a moment: that is no news. */
const quietMs = 3000;

/** Reads what {@link Identity} needs, so that a wrong setting is told before anything starts. Throws what reading throws. */
export function readIdentityFiles({ authorityFile, tokenFile }: Pick<IdentityOptions, 'authorityFile' | 'tokenFile'>): void {
  readFileSync(authorityFile);
  tokenIn(tokenFile);
}

function tokenIn(path: string): Sealed {
  const value = readFileSync(path, 'utf8').trim();
  // Never the value itself: what is in the file may be a token of something else.
  if (!/^[\x21-\x7e]{1,16384}$/.test(value)) throw new Error('the file must hold one word');
  return Sealed.of(value);
}

export class Identity {
  readonly #options: IdentityOptions;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  #authority: string;
  #token: Sealed;
  /** What the operator named last, beside what the file says: either may be ahead of the other. */
  #told = '';
  #held: Held | undefined;
  #end: NodeJS.Timeout | undefined;
  #wake: () => void = () => undefined;
  #generation = 0;

  constructor(options: IdentityOptions) {
    this.#options = options;
    this.#authority = readFileSync(options.authorityFile, 'utf8');
    this.#token = tokenIn(options.tokenFile);
  }

  /** Undefined before the first certificate, and when one ended without another. */
  get held(): Held | undefined {
    return this.#held;
  }

  /** Called when there is another certificate; what runs with the one before should begin anew. */
  onRenewed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits for a certificate; rejects by the signal alone. */
  present(signal: AbortSignal): Promise<Held> {
    if (this.#held) return Promise.resolve(this.#held);
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!this.#held && !signal.aborted) return;
        forget();
        signal.removeEventListener('abort', look);
        if (this.#held) resolve(this.#held);
        else reject(signal.reason as Error);
      };
      const forget = this.onRenewed(look);
      signal.addEventListener('abort', look);
      look();
    });
  }

  /** The operator does not take our certificate: another is asked for at once, and not when this one nears its end. */
  refused(held: Held): void {
    if (held.generation === this.#generation) this.#wake();
  }

  /** Enrols and renews until `stop`; never rejects. */
  async keep(): Promise<void> {
    const { log } = this.#options;
    let waitMs = backOffMs.first;
    let failingSince: number | undefined;
    let isTold = false;
    while (!this.#stop.signal.aborted) {
      try {
        const lifeMs = await this.#renew();
        if (isTold) log.info('the operator gives certificates again');
        [waitMs, failingSince, isTold] = [backOffMs.first, undefined, false];
        // At two thirds, and not with everybody else's.
        await this.#sleep((lifeMs * 2 * (0.9 + 0.2 * Math.random())) / 3);
        // However often we are refused: not more often than somebody who fails.
        await this.#sleep(backOffMs.first, false);
      } catch (error) {
        failingSince ??= performance.now();
        const isNews: boolean = !isTold && !this.#stop.signal.aborted && performance.now() - failingSince > quietMs;
        isTold ||= isNews;
        (isNews ? log.warn : log.debug)(this.#held ? 'the certificate for the operator cannot be renewed; the present one serves until its end' : 'no certificate from the operator: trying again', { error });
        await this.#sleep(waitMs * (0.5 + Math.random()));
        waitMs = Math.min(2 * waitMs, backOffMs.last);
      }
    }
  }

  stop(): void {
    this.#stop.abort(new Error('stopping'));
    clearTimeout(this.#end);
    this.#held = undefined;
    this.#wake();
  }

  async #renew(): Promise<number> {
    this.#readFiles();
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { certificate, authority, lifeSeconds } = await this.#enrol(publicKey.export({ type: 'spki', format: 'pem' }).toString());
    if (this.#stop.signal.aborted) throw new Error('stopping');
    this.#told = authority;
    const context = createSecureContext({ cert: certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }), ca: this.#authorities(), minVersion: 'TLSv1.2' });
    this.#held = { generation: ++this.#generation, context };
    clearTimeout(this.#end);
    const lifeMs = Math.min(lifeSeconds * 1000, 2 ** 31 - 1);
    this.#end = setTimeout(() => (this.#held = undefined), lifeMs).unref();
    for (const listener of this.#listeners) listener();
    return lifeMs;
  }

  /** What cannot be read now was good a moment ago: a process that gave up root may not read its token twice. */
  #readFiles(): void {
    const { authorityFile, tokenFile, log } = this.#options;
    try {
      this.#authority = readFileSync(authorityFile, 'utf8');
      this.#token = tokenIn(tokenFile);
    } catch (error) {
      log.debug('reading token and authority anew', { error });
    }
  }

  #authorities(): string[] {
    return [this.#authority, this.#told].filter((pem) => pem !== '');
  }

  #enrol(publicKey: string): Promise<Enrolment> {
    const { operatorUrl } = this.#options;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(answerMs)]);
    const headers = { authorization: `Bearer ${reveal(this.#token)}`, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const asking = request(operatorUrl + enrolPath, { method: 'POST', agent: false, headers, signal, ca: this.#authorities(), minVersion: 'TLSv1.2' }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > maxEnrolmentAnswerBytes) answer.destroy(new Error('the answer to an enrolment is too long'));
        });
        answer.on('error', reject);
        answer.on('end', () => {
          try {
            if (answer.statusCode !== 200) throw new Error(`the operator answered ${answer.statusCode} to the request for a certificate: ${text.slice(0, 300)}`);
            resolve(parseEnrolment(JSON.parse(text)));
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      asking.on('error', reject);
      asking.end(JSON.stringify({ publicKey }));
    });
  }

  #sleep(ms: number, canWake = true): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, this.#stop.signal.aborted ? 0 : ms);
      timer.unref();
      if (canWake) this.#wake = done;
    });
  }
}
