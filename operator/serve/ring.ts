// The last records and spans of each agent, bounded in number, bytes and agents; followers get what comes.

export interface Entry {
  readonly timeUnixMs: number;
  /** stdout or stderr, where the entry is a line of the agent's own output. */
  readonly iostream: string | undefined;
  /** The whole line as it is sent to readers. */
  readonly json: string;
}

type Follower = (entry: Entry) => void;

interface Tail {
  entries: Entry[];
  bytes: number;
  readonly followers: Set<Follower>;
}

export interface RingLimits {
  readonly entries: number;
  readonly bytes: number;
  readonly agents: number;
}

/** Logs: 1000 records or 1 MiB for each agent. Spans carry bodies: 256 or 4 MiB. Of 64 agents; in the namespace that has most of them who was silent longest goes first. */
export const logLimits: RingLimits = { entries: 1000, bytes: 1024 * 1024, agents: 64 };
export const spanLimits: RingLimits = { entries: 256, bytes: 4 * 1024 * 1024, agents: 64 };

export class Ring {
  readonly #limits: RingLimits;
  readonly #tails = new Map<string, Tail>();

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  add(agent: string, entry: Entry): void {
    const tail = this.#tails.get(agent) ?? { entries: [], bytes: 0, followers: new Set() };
    // Back to the end of the map, which is the order of the last sign of life.
    this.#tails.delete(agent);
    this.#tails.set(agent, tail);
    for (const follower of tail.followers) follower(entry);
    if (entry.json.length > this.#limits.bytes) return;
    tail.entries.push(entry);
    tail.bytes += entry.json.length;
    while (tail.entries.length > this.#limits.entries || tail.bytes > this.#limits.bytes) tail.bytes -= tail.entries.shift()?.json.length ?? tail.bytes;
    this.#forget();
  }

  entries(agent: string): readonly Entry[] {
    return this.#tails.get(agent)?.entries ?? [];
  }

  follow(agent: string, follower: Follower): () => void {
    const tail = this.#tails.get(agent) ?? { entries: [], bytes: 0, followers: new Set() };
    this.#tails.set(agent, tail);
    tail.followers.add(follower);
    return () => {
      tail.followers.delete(follower);
      if (tail.entries.length === 0 && tail.followers.size === 0) this.#tails.delete(agent);
    };
  }

  #forget(): void {
    if (this.#tails.size <= this.#limits.agents) return;
    const namespaceOf = (agent: string): string => agent.split('/')[1] ?? '';
    const silent = [...this.#tails].filter(([, tail]) => tail.followers.size === 0).map(([agent]) => agent);
    const counts = new Map<string, number>();
    for (const agent of this.#tails.keys()) counts.set(namespaceOf(agent), (counts.get(namespaceOf(agent)) ?? 0) + 1);
    const most = Math.max(...silent.map((agent) => counts.get(namespaceOf(agent)) ?? 0));
    // A pod may invent agents, though none outside of its own namespace: it displaces no others.
    const first = silent.find((agent) => counts.get(namespaceOf(agent)) === most);
    if (first !== undefined) this.#tails.delete(first);
  }
}
