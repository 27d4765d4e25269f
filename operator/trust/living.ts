// Whether the pod of a certificate is still there, as far as is known without keeping anybody waiting. Bounded in what it remembers.
import type { PodIdentity } from './identity.ts';

interface Verdict {
  readonly isLiving: boolean;
  readonly at: number;
}

const maxKept = 4096;
/** Who is not known yet waits so long for an API server that says nothing. */
const patienceMs = 3000;

export class Living {
  readonly #ask: (pod: PodIdentity) => Promise<boolean>;
  readonly #forMs: number;
  readonly #now: () => Date;
  readonly #verdicts = new Map<string, Verdict>();
  readonly #asking = new Map<string, Promise<void>>();

  /** What `ask` found counts for `forMs`; what it rejects with is no reason to let anybody go. */
  constructor(ask: (pod: PodIdentity) => Promise<boolean>, forMs: number, now: () => Date) {
    this.#ask = ask;
    this.#forMs = forMs;
    this.#now = now;
  }

  /** Never rejects. Who is known is answered at once, with what is known; that is looked at anew meanwhile. */
  async is(pod: PodIdentity): Promise<boolean> {
    const key = `${pod.namespace}/${pod.pod}/${pod.uid}`;
    const known = this.#verdicts.get(key);
    // A pod that is gone does not come back: the next of its name has another uid.
    if (known?.isLiving === false) return false;
    if (known && this.#now().getTime() - known.at < this.#forMs) return true;
    const asking = this.#asking.get(key) ?? this.#look(key, pod);
    if (known) return true;
    await asking;
    return this.#verdicts.get(key)?.isLiving ?? true;
  }

  #look(key: string, pod: PodIdentity): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, patienceMs, undefined);
    const answer = this.#ask(pod).catch(() => undefined);
    const asking = Promise.race([answer, late]).then((isLiving) => this.#keep(key, isLiving ?? true)).finally(() => {
      clearTimeout(timer);
      this.#asking.delete(key);
    });
    this.#asking.set(key, asking);
    return asking;
  }

  #keep(key: string, isLiving: boolean): void {
    this.#verdicts.delete(key);
    this.#verdicts.set(key, { isLiving, at: this.#now().getTime() });
    const [oldest] = this.#verdicts.keys();
    if (this.#verdicts.size > maxKept && oldest !== undefined) this.#verdicts.delete(oldest);
  }
}
