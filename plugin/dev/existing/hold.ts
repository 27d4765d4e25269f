// Holds a cluster for one session: the operator's Lease is taken, renewed, watched for loss, and shows whether the cluster answers.
import { createHash, randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { annotations } from '../../../operator/api/group.ts';
import { operatorLease } from '../../../operator/install/names.ts';
import { KubeError } from '../../../operator/kube/errors.ts';
import { heldBy, isGone, Lease, LeaseTaken, leaseSeconds, type Held } from '../../../operator/kube/lease.ts';
import type { Kube } from '../../../operator/kube/kube.ts';
import { leases } from '../../../operator/kube/resources.ts';
import { UserError } from '../../exit.ts';
import type { DevStore } from '../../feeds/store.ts';
import type { Ending } from '../ending.ts';
import { startedAt } from '../process-identity.ts';

/** The same that an operator in a pod takes, so that there is one at a time. */
const ref = operatorLease;
const renewEveryMs = (leaseSeconds * 1000) / 3;
const retryEveryMs = 1500;
/** A renewal without an answer for so long is shown as a cluster that does not answer. */
const patienceMs = 4000;
const confirmWithinMs = 15_000;
const row = 'apiserver';

interface ProcessMark {
  readonly machine: string;
  readonly pid: number;
  readonly started: string;
}

/** Machine and namespace of process ids: a number means the same process only within both. */
function machine(): string {
  const parts = [hostname()];
  for (const read of [() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), () => readlinkSync('/proc/self/ns/pid')]) {
    try {
      parts.push(read());
    } catch {
      // Not Linux: the name must do.
    }
  }
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 16);
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account that the system does not know, as in some containers.
    return `user ${process.getuid?.() ?? ''}`;
  }
}

const markOf = (held: Held): Partial<ProcessMark> => {
  try {
    return (JSON.parse(held.annotations[annotations.process] ?? '{}') ?? {}) as Partial<ProcessMark>;
  } catch {
    return {};
  }
};

/** Whether the holder was a process of this machine that is gone. */
function isDeadHere(held: Held): boolean {
  const { machine: where, pid, started } = markOf(held);
  return where === machine() && typeof pid === 'number' && startedAt(pid) !== started;
}

const inUse = (held: Held, context: string): UserError =>
  new UserError(`the cluster of context ${context} has an operator already: ${held.identity}, renewed at ${held.renewedAt || 'an unknown time'}`, [
    'stop that one, use it with `kubectl clrk apply`, or use another cluster',
    `who holds it is told by: kubectl --context ${context} -n ${ref.namespace} get lease ${ref.name} -o yaml`,
  ]);

/** Throws, naming who holds the cluster, unless nobody does or the holder is gone; that one is the answer. */
export async function checkFree(kube: Kube, context: string, { signal, waiting }: { readonly signal: AbortSignal; readonly waiting: (line: string) => void }): Promise<Held | undefined> {
  const held = heldBy(await kube.get(leases, ref));
  if (!held) return undefined;
  const isOld = !isDeadHere(held) && Date.parse(held.renewedAt) + held.seconds * 1000 < Date.now();
  if (isOld) waiting(`${held.identity} held this cluster and has been silent since ${held.renewedAt}; waiting ${held.seconds} s for a sign`);
  if (!(await isGone(kube, ref, isDeadHere, signal))) throw inUse(held, context);
  return held;
}

export interface Hold {
  /** Aborted when somebody else has taken the cluster over. */
  readonly lost: AbortSignal;
  /** Renews at once: after a machine has slept, what was known of the hold is old. Throws when the cluster does not answer soon. */
  readonly confirm: () => Promise<void>;
  /** Renews no more. */
  readonly stop: () => Promise<void>;
  /** The same, and removes the Lease. */
  readonly release: () => Promise<void>;
}

export interface HoldOptions {
  readonly kube: Kube;
  readonly context: string;
  readonly release: string;
  readonly store: DevStore;
  readonly ending: Ending;
  /** Who held it before, and was found to be gone. */
  readonly gone?: Held | undefined;
}

/** Takes the Lease and keeps it until it is stopped. */
export async function holdCluster(options: HoldOptions): Promise<Hold> {
  const { kube, context, ending } = options;
  const mark: ProcessMark = { machine: machine(), pid: process.pid, started: startedAt(process.pid) ?? '' };
  // Containers share names of machines and numbers of processes.
  const identity = `kubectl clrk dev of ${accountName()} on ${hostname()}#${randomBytes(4).toString('hex')}, process ${process.pid}`;
  const lease = new Lease(kube, ref, { identity, annotations: { [annotations.process]: JSON.stringify(mark) } });
  await lease.take(options.gone).catch((error: unknown) => {
    throw error instanceof LeaseTaken ? inUse(error.by, context) : error;
  });
  const keeper = new Keeper(lease, options, (to) => ending.end({ kind: 'lost', to }));
  keeper.start();
  return { lost: keeper.lost, confirm: () => keeper.confirm(), stop: () => keeper.stop(), release: async () => {
    await keeper.stop();
    await lease.release();
  } };
}

/** Why {@link Hold.lost} is aborted. */
export class Lost extends Error {}

class Keeper {
  readonly #lease: Lease;
  readonly #options: HoldOptions;
  readonly #onLost: (to: string) => void;
  readonly #lost = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #isAway = false;
  #isStopped = false;

  constructor(lease: Lease, options: HoldOptions, onLost: (to: string) => void) {
    this.#lease = lease;
    this.#options = options;
    this.#onLost = onLost;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  start(): void {
    this.#show();
    this.#renewIn(renewEveryMs);
  }

  /** A renewal on its way would make the Lease anew after its removal. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await Promise.race([this.#renewing, sleep(patienceMs, undefined, { ref: false })]);
  }

  async confirm(): Promise<void> {
    clearTimeout(this.#timer);
    const renewed = Promise.resolve(this.#renewing).then(() => {
      clearTimeout(this.#timer);
      if (!this.lost.aborted && !this.#isStopped) return (this.#renewing = this.#renew());
    });
    // Who ends a session whose cluster is known to be away is not kept waiting for it.
    await Promise.race([renewed, sleep(this.#isAway ? patienceMs : confirmWithinMs, undefined, { ref: false })]);
    if (this.#isAway && !this.lost.aborted) throw new KubeError('the cluster does not answer', { code: 0, reason: 'Unreachable' });
  }

  #renewIn(ms: number): void {
    if (!this.#isStopped) this.#timer = setTimeout(() => { this.#renewing = this.#renew(); }, ms);
  }

  async #renew(): Promise<void> {
    const slow = setTimeout(() => this.#away('it does not answer'), patienceMs);
    try {
      await this.#lease.renew();
      clearTimeout(slow);
      this.#back();
    } catch (error) {
      clearTimeout(slow);
      if (this.#isStopped) return;
      if (error instanceof LeaseTaken) {
        this.#lost.abort(new Lost());
        return this.#onLost(error.by.identity);
      }
      this.#away(error instanceof Error ? error.message : String(error));
    }
    this.#renewIn(this.#isAway ? retryEveryMs : renewEveryMs);
  }

  #show(): void {
    const { store, release } = this.#options;
    store.setComponent({ name: row, health: 'ready', detail: release });
  }

  #away(why: string): void {
    if (this.#isStopped || this.#isAway) return;
    this.#isAway = true;
    this.#options.store.setComponent({ name: row, health: 'error', detail: why });
    this.#options.store.notice(`the cluster is away: ${why}; agents that run go on, and it is tried until it answers`);
  }

  #back(): void {
    if (this.#isStopped || !this.#isAway) return;
    this.#isAway = false;
    this.#show();
    this.#options.store.notice('the cluster answers again');
  }
}
