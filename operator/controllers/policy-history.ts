// Remembers which generation of which gateway the latest policies held, since proxies acknowledge by version.
import type { EgressGateway } from '../api/egress-gateway.ts';
import { qualified } from '../plan/route.ts';
import type { Policy } from '../../proxy/contract.ts';

/** Of each proxy; an acknowledgement is never more than a few policies late. */
const keptOfEach = 4;
const keptAtLeast = 32;

export class PolicyHistory {
  readonly #versions = new Map<string, ReadonlyMap<string, number>>();
  #leftOut: ReadonlyMap<string, string> = new Map();
  #kept = keptAtLeast;

  /** Why gateways are in no policy, and how many proxies there are. */
  leave(leftOut: ReadonlyMap<string, string>, proxies: number): void {
    this.#leftOut = leftOut;
    this.#kept = Math.max(keptAtLeast, keptOfEach * proxies);
  }

  /** A policy that is offered to a proxy from now on. */
  record(policy: Policy, gateways: readonly EgressGateway[]): void {
    const generations = new Map(gateways.map((gateway) => [qualified(gateway), gateway.metadata.generation ?? 1]));
    this.#versions.delete(policy.version);
    this.#versions.set(policy.version, new Map(policy.gateways.map(({ gateway }) => [gateway, generations.get(gateway) ?? 0])));
    const [oldest] = this.#versions.keys();
    if (this.#versions.size > this.#kept && oldest !== undefined) this.#versions.delete(oldest);
  }

  /** Whether the policy of this version holds the gateway as it is now. */
  holds(version: string, gateway: string, generation: number): boolean {
    return (this.#versions.get(version)?.get(gateway) ?? -1) >= generation;
  }

  /** Why the gateway is not in the current policy; undefined when it is. */
  leftOut(gateway: string): string | undefined {
    return this.#leftOut.get(gateway);
  }
}
