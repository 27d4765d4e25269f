// Leads by a Lease: waits for it, renews it in time, and says that it is lost before anybody else may have it.
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError } from './errors.ts';
import type { Kube, Ref } from './kube.ts';
import { heldBy, Lease, leaseSeconds, LeaseTaken, type Held, type Holder } from './lease.ts';
import { leases } from './resources.ts';

export interface Pace {
  /** How often it is renewed, and how often one who waits looks. */
  readonly everyMs: number;
  /** Without a renewal for so long it is given up. Shorter than the Lease holds, so that nobody else acts yet. */
  readonly deadlineMs: number;
}
/** As Kubernetes' own components have it. */
export const usualPace: Pace = { everyMs: 2000, deadlineMs: (leaseSeconds * 1000 * 2) / 3 };

/** For a renewal that is on its way; after that the Lease runs out by itself, should it not be given back. */
const releaseWithinMs = 2000;

export interface LeadershipOptions {
  readonly kube: Kube;
  readonly ref: Ref;
  readonly holder: Holder;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Told once for each other holder, and once for each new reason why the Lease cannot be read. */
  readonly waiting: (why: string) => void;
  readonly pace?: Pace;
}

export interface Leadership {
  /** A client that writes only while we lead: a process that was stopped for a while writes nothing afterwards. */
  readonly kube: Kube;
  /** Resolves, with the reason, when it is lost; never when it is released. */
  readonly lost: Promise<string>;
  /** To be called when nothing acts any more: somebody else may begin at once. */
  readonly release: () => Promise<void>;
}

/** One of the two clocks may stand still while the machine sleeps, and the other may be set. */
class Stopwatch {
  readonly #wall = Date.now();
  readonly #steady = performance.now();

  get elapsedMs(): number {
    return Math.max(Date.now() - this.#wall, performance.now() - this.#steady);
  }
}

/** Waits, for as long as it takes, until nobody else holds the Lease, and takes it. Throws the reason of the signal only. */
export async function lead(options: LeadershipOptions): Promise<Leadership> {
  const { kube, ref, holder, signal, pace = usualPace } = options;
  const lease = new Lease(kube, ref, holder);
  const watcher = new Silence();
  let told = '';
  for (;;) {
    signal.throwIfAborted();
    const since = new Stopwatch();
    try {
      const held = heldBy(await kube.get(leases, ref));
      if (held === undefined || held.identity === holder.identity || watcher.isGone(held)) {
        await lease.take(held);
        return new Leading(lease, options, since);
      }
      watcher.see(held);
      if (told !== held.identity) options.waiting(`${held.identity} holds the Lease ${ref.namespace}/${ref.name}`);
      told = held.identity;
    } catch (error) {
      if (!(error instanceof LeaseTaken) && !(error instanceof KubeError)) throw error;
      if (told !== error.message) options.waiting(error.message);
      told = error.message;
    }
    // Two who wait look at different times.
    await sleep(pace.everyMs * (0.75 + Math.random() / 2), undefined, { signal });
  }
}

/** By our own clock: a holder that writes nothing for as long as its Lease holds is gone, whatever time it writes. */
class Silence {
  #held: Held | undefined;
  #since = new Stopwatch();

  see(held: Held): void {
    if (this.#held?.identity === held.identity && this.#held.renewedAt === held.renewedAt) return;
    this.#held = held;
    this.#since = new Stopwatch();
  }

  isGone(held: Held): boolean {
    return this.#held?.identity === held.identity && this.#held.renewedAt === held.renewedAt && this.#since.elapsedMs > held.seconds * 1000;
  }
}

class Leading implements Leadership {
  readonly kube: Kube;
  readonly #lease: Lease;
  readonly #pace: Pace;
  readonly #lost = Promise.withResolvers<string>();
  /** Since before the last renewal that succeeded was sent: the server counts from a later moment. */
  #renewed: Stopwatch;
  #deadline: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #state: 'leading' | 'lost' | 'released' = 'leading';
  #why = '';

  constructor(lease: Lease, { kube, pace = usualPace }: LeadershipOptions, since: Stopwatch) {
    this.#lease = lease;
    this.#pace = pace;
    this.#renewed = since;
    this.kube = fenced(kube, () => this.#mustLead());
    this.#renewIn(pace.everyMs);
    this.#watch();
  }

  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  async release(): Promise<void> {
    if (this.#state !== 'leading') return;
    this.#end('released');
    // A renewal on its way would change the Lease under its removal.
    await Promise.race([this.#renewing, sleep(releaseWithinMs, undefined, { ref: false })]);
    await this.#lease.release();
  }

  #end(state: 'lost' | 'released'): void {
    this.#state = state;
    clearTimeout(this.#deadline);
    clearTimeout(this.#next);
  }

  #lose(why: string): void {
    if (this.#state !== 'leading') return;
    this.#end('lost');
    this.#lost.resolve(why);
  }

  /** Own timer: a renewal that waits for an answer must not hold it up. */
  #watch(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lose(this.#late()), Math.max(0, this.#pace.deadlineMs - this.#renewed.elapsedMs));
  }

  #late = (): string => `the Lease could not be renewed for ${this.#pace.deadlineMs / 1000} s${this.#why && `: ${this.#why}`}`;

  #renewIn(ms: number): void {
    this.#next = setTimeout(() => {
      this.#renewing = this.#renew();
    }, ms);
  }

  async #renew(): Promise<void> {
    const since = new Stopwatch();
    try {
      await this.#lease.renew();
      if (this.#state !== 'leading') return;
      this.#renewed = since;
      this.#watch();
    } catch (error) {
      if (error instanceof LeaseTaken) return this.#lose(`${error.by.identity} has taken it`);
      this.#why = error instanceof Error ? error.message : String(error);
    }
    if (this.#state === 'leading') this.#renewIn(this.#pace.everyMs);
  }

  #mustLead(): void {
    if (this.#state === 'leading' && this.#renewed.elapsedMs >= this.#pace.deadlineMs) this.#lose(this.#late());
    if (this.#state !== 'leading') throw new KubeError('nothing is written: the Lease is not ours any more', { code: 0, reason: 'NotLeading' });
  }
}

function fenced(kube: Kube, mustLead: () => void): Kube {
  const only = <A extends readonly unknown[], R>(write: (...given: A) => Promise<R>) => async (...given: A): Promise<R> => {
    mustLead();
    return write(...given);
  };
  return { ...kube, apply: only(kube.apply), create: only(kube.create), replace: only(kube.replace), remove: only(kube.remove) };
}
