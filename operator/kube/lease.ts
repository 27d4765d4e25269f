// A Lease that one holder has at a time: taken when it is free or its holder is gone, renewed, and told when somebody else has it.
import { setTimeout as sleep } from 'node:timers/promises';
import { isConflict, isNotFound } from './errors.ts';
import type { Kube, KubeObject, Ref } from './kube.ts';
import { leases } from './resources.ts';

/** As Kubernetes' own components have it: after so long without a sign the holder counts as gone. */
export const leaseSeconds = 15;
const lookEveryMs = 1000;

export interface Holder {
  /** Unlike that of anybody else; a person reads it. */
  readonly identity: string;
  /** What tells on the same machine whether the holder lives. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a Lease says of its holder. */
export interface Held {
  readonly identity: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly renewedAt: string;
  readonly seconds: number;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly renewTime?: string;
  readonly acquireTime?: string;
  readonly leaseTransitions?: number;
}

/** Somebody else has it. */
export class LeaseTaken extends Error {
  readonly by: Held;

  constructor(by: Held) {
    super(`the lease is held by ${by.identity}, who renewed it at ${by.renewedAt}`);
    this.by = by;
  }
}

const specOf = (lease: KubeObject): LeaseSpec => (lease['spec'] as LeaseSpec | undefined) ?? {};
/** Times of leases have microseconds, and a server refuses fewer digits. */
const microTime = (at: Date): string => at.toISOString().replace('Z', '000Z');

/** Undefined: nobody holds it. */
export function heldBy(lease: KubeObject | undefined): Held | undefined {
  const spec = lease && specOf(lease);
  if (!lease || !spec?.holderIdentity) return undefined;
  return { identity: spec.holderIdentity, annotations: lease.metadata.annotations ?? {}, renewedAt: spec.renewTime ?? '', seconds: spec.leaseDurationSeconds ?? leaseSeconds };
}

/** By its own clock, which need not be ours: a sign, no proof. */
export const looksExpired = (held: Held, now: Date): boolean => !(Date.parse(held.renewedAt) + held.seconds * 1000 > now.getTime());

/**
 * Whether the holder is gone. A lease that is fresh is believed; one that looks old is watched for as long as it holds,
 * since clocks differ, unless `isDead` knows better.
 */
export async function isGone(kube: Kube, ref: Ref, isDead: (held: Held) => boolean, signal: AbortSignal): Promise<boolean> {
  const lease = await kube.get(leases, ref);
  const held = heldBy(lease);
  if (!held || isDead(held)) return true;
  if (!looksExpired(held, new Date())) return false;
  for (let waitedMs = 0; waitedMs < held.seconds * 1000; waitedMs += lookEveryMs) {
    await sleep(lookEveryMs, undefined, { signal });
    const now = await kube.get(leases, ref);
    if (now?.metadata.resourceVersion !== lease?.metadata.resourceVersion) return heldBy(now) === undefined;
  }
  return true;
}

/** One holder's hold on a Lease. */
export class Lease {
  readonly ref: Ref;
  readonly #kube: Kube;
  readonly #holder: Holder;
  #lease: KubeObject | undefined;
  #isReleased = false;

  constructor(kube: Kube, ref: Ref, holder: Holder) {
    this.#kube = kube;
    this.ref = ref;
    this.#holder = holder;
  }

  /**
   * Takes it: from nobody, or from the one who was seen to be `gone`. Throws {@link LeaseTaken} when somebody else has it,
   * be it for a moment only: two who both found it free must not both get it.
   */
  async take(gone?: Held): Promise<KubeObject> {
    const before = await this.#kube.get(leases, this.ref);
    const seen = before && specOf(before);
    const held = heldBy(before);
    if (held && held.identity !== this.#holder.identity && !(held.identity === gone?.identity && held.renewedAt === gone.renewedAt)) throw new LeaseTaken(held);
    const now = microTime(new Date());
    const wanted = this.#object({ acquireTime: now, renewTime: now, leaseTransitions: (seen?.leaseTransitions ?? -1) + 1 }, before);
    try {
      this.#lease = before ? await this.#kube.replace(leases, wanted) : await this.#kube.create(leases, wanted);
      return this.#lease;
    } catch (error) {
      const faster = isConflict(error) ? heldBy(await this.#kube.get(leases, this.ref)) : undefined;
      throw faster ? new LeaseTaken(faster) : error;
    }
  }

  /** Throws {@link LeaseTaken} when it was lost; any other error leaves it as it is, and another try is worth it. */
  async renew(): Promise<void> {
    if (!this.#lease || this.#isReleased) return;
    try {
      this.#lease = await this.#kube.replace(leases, this.#object({ ...specOf(this.#lease), renewTime: microTime(new Date()) }, this.#lease));
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      await this.#takeBack();
    }
  }

  /** Somebody wrote into it or removed it: as long as nobody else holds it, it is ours. */
  async #takeBack(): Promise<void> {
    const now = await this.#kube.get(leases, this.ref);
    const held = heldBy(now);
    if (held && held.identity !== this.#holder.identity) throw new LeaseTaken(held);
    if (!this.#isReleased) await this.take();
  }

  /** Gives it back by removing it, if it is still ours. */
  async release(): Promise<void> {
    this.#isReleased = true;
    const now = await this.#kube.get(leases, this.ref);
    const { resourceVersion } = now?.metadata ?? {};
    if (heldBy(now)?.identity !== this.#holder.identity || resourceVersion === undefined) return;
    await this.#kube.remove(leases, this.ref, { preconditions: { resourceVersion } });
  }

  #object(spec: LeaseSpec, before: KubeObject | undefined): KubeObject {
    const version = before?.metadata.resourceVersion;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...this.ref, name: this.ref.name, ...(version === undefined ? {} : { resourceVersion: version }), annotations: { ...this.#holder.annotations } },
      spec: { ...spec, holderIdentity: this.#holder.identity, leaseDurationSeconds: leaseSeconds },
    };
  }
}
