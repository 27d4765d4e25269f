// Remembers which generation of which gateway the latest policies held, since proxies acknowledge by version.
import type { EgressGateway } from '../api/egress-gateway.ts';
import { qualified } from '../plan/route.ts';
import type { Compiled } from '../plan/egress-policy.ts';

const kept = 32;

export class PolicyHistory {
  readonly #versions = new Map<string, ReadonlyMap<string, number>>();
  #leftOut: ReadonlyMap<string, string> = new Map();

  record({ policy, leftOut }: Compiled, gateways: readonly EgressGateway[]): void {
    const generations = new Map(gateways.map((gateway) => [qualified(gateway), gateway.metadata.generation ?? 1]));
    this.#leftOut = leftOut;
    this.#versions.delete(policy.version);
    this.#versions.set(policy.version, new Map(policy.gateways.map(({ gateway }) => [gateway, generations.get(gateway) ?? 0])));
    const [oldest] = this.#versions.keys();
    if (this.#versions.size > kept && oldest !== undefined) this.#versions.delete(oldest);
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
