// Keeps two who install at once apart: whoever changes an installation holds a Lease meanwhile, and says who it is.
import { hostname, userInfo } from 'node:os';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { installLease, systemNamespace } from '../../operator/install/names.ts';
import { heldBy, Lease, LeaseTaken, leaseSeconds, type Held } from '../../operator/kube/lease.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { leases } from '../../operator/kube/resources.ts';
import { UserError } from '../exit.ts';
import { printable } from '../format/printable.ts';

const ref = { namespace: systemNamespace, name: installLease };
const renewEveryMs = (leaseSeconds * 1000) / 3;
const longestWaitMs = leaseSeconds * 2000;
const longestName = 300;

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? ''}`;
  }
}

const taken = (held: Held): UserError =>
  new UserError(`somebody else changes this installation at this moment: ${held.identity}, who said so at ${held.renewedAt || 'an unknown time'}`, [
    'wait until that one is done, then run the same command again',
    `who that is: kubectl -n ${ref.namespace} get lease ${ref.name} -o yaml`,
  ]);

export interface HoldOptions {
  readonly kube: Kube;
  /** What is done, e.g. `install`. */
  readonly verb: string;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

export interface InstallHold {
  /** Aborted when somebody else has taken over. */
  readonly lost: AbortSignal;
  readonly release: () => Promise<void>;
}

const lookEveryMs = 250;

/**
 * The one who holds it and shows no sign for as long as the hold lasts, by our own clock: nobody lives who will finish what was
 * begun. Throws as soon as there is a sign. Undefined: nobody holds it any more.
 */
async function silentHolder({ kube, signal, tell }: Pick<HoldOptions, 'kube' | 'signal' | 'tell'>): Promise<Held | undefined> {
  const lease = await kube.get(leases, ref);
  const held = heldBy(lease);
  if (!held) return undefined;
  tell(`${printable(held.identity, longestName)} has begun here and said so at ${printable(held.renewedAt)}; waiting up to ${held.seconds} s for another sign`);
  for (let waitedMs = 0; waitedMs < held.seconds * 1000; waitedMs += lookEveryMs) {
    await sleep(lookEveryMs, undefined, { signal });
    const now = await kube.get(leases, ref);
    const by = heldBy(now);
    if (!by) return undefined;
    if (now?.metadata.resourceVersion !== lease?.metadata.resourceVersion) throw taken(by);
    // Longer than we ever hold it: not ours to wait for.
    if (waitedMs > longestWaitMs) throw taken(by);
  }
  return held;
}

/** Throws, naming the other one, unless nobody changes the installation or the one who did is gone. */
export async function holdInstallation({ kube, verb, signal, tell }: HoldOptions): Promise<InstallHold> {
  const found = await silentHolder({ kube, signal, tell });
  const identity = `kubectl clrk ${verb} of ${accountName()} on ${hostname()}#${randomBytes(4).toString('hex')}, process ${process.pid}`;
  const lease = new Lease(kube, ref, { identity });
  await lease.take(found).catch((error: unknown) => {
    throw error instanceof LeaseTaken ? taken(error.by) : error;
  });
  const lost = new AbortController();
  let renewing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = lease.renew().catch((error: unknown) => {
      // Anything else is tried again; what is done meanwhile meets the same fault and tells it.
      if (error instanceof LeaseTaken) lost.abort(taken(error.by));
    });
  }, renewEveryMs);
  return {
    lost: lost.signal,
    release: async () => {
      clearInterval(timer);
      await renewing;
      // Left behind by a cluster that is away, it runs out by itself.
      await lease.release().catch(() => undefined);
    },
  };
}
