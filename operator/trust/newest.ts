// Which certificate of a pod counts: the newest that was used. What runs with an older one, or beyond the end of its own, is closed.
import type { Certified } from './identity.ts';

interface Seen {
  issuedAt: number;
  endsAt: number;
  readonly streams: Map<() => void, number>;
}

const sweepEveryMs = 60_000;
/** The longest that a timer can be. */
const longestMs = 2 ** 31 - 1;

const keyOf = ({ role, namespace, pool, pod, uid }: Certified): string => `${role}/${namespace}/${pool}/${pod}/${uid}`;

export class Newest {
  readonly #seen = new Map<string, Seen>();
  readonly #now: () => Date;
  #sweptAt = 0;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Pods that are remembered: no longer than their certificates live. */
  get size(): number {
    return this.#seen.size;
  }

  /** False for a certificate that has ended, or in whose place another was used. Closes what ran with an older one. */
  admit(who: Certified): boolean {
    const now = this.#now().getTime();
    if (who.endsAt <= now) return false;
    this.#sweep(now);
    const key = keyOf(who);
    const seen = this.#seen.get(key);
    if (!seen) {
      this.#seen.set(key, { issuedAt: who.issuedAt, endsAt: who.endsAt, streams: new Map() });
      return true;
    }
    if (who.issuedAt < seen.issuedAt) return false;
    if (who.issuedAt === seen.issuedAt) return true;
    seen.issuedAt = who.issuedAt;
    seen.endsAt = who.endsAt;
    for (const [close, issuedAt] of seen.streams) if (issuedAt < who.issuedAt) close();
    return true;
  }

  /** From now on `close` is called when the certificate ends or another takes its place. Call the answer when the stream is over. */
  hold(who: Certified, close: () => void): () => void {
    const seen = this.#seen.get(keyOf(who));
    const timer = setTimeout(close, Math.min(Math.max(0, who.endsAt - this.#now().getTime()), longestMs));
    timer.unref();
    seen?.streams.set(close, who.issuedAt);
    return () => {
      clearTimeout(timer);
      seen?.streams.delete(close);
    };
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < sweepEveryMs) return;
    this.#sweptAt = now;
    for (const [key, { endsAt, streams }] of this.#seen) if (endsAt <= now && streams.size === 0) this.#seen.delete(key);
  }
}
