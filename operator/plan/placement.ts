// Decides which worker runs which agent: sticky, else the least loaded worker of the agent's pool that has room.

export interface PlacementFacts {
  /** In order of precedence: who comes first gets the room that there is. */
  readonly agents: readonly { readonly key: string; readonly pool: string; readonly before?: string }[];
  readonly workers: readonly { readonly key: string; readonly pool: string; readonly room: number }[];
}

/** Agent -> worker; an agent that fits nowhere is not in it. */
export function place({ agents, workers }: PlacementFacts): ReadonlyMap<string, string> {
  const placed = new Map<string, string>();
  const load = new Map(workers.map((worker) => [worker.key, 0]));
  const put = (agent: string, worker: string): void => {
    placed.set(agent, worker);
    load.set(worker, (load.get(worker) ?? 0) + 1);
  };
  // Who stays is settled first, so that nobody new takes the room of one who runs already.
  for (const { key, pool, before } of agents) {
    const worker = workers.find((one) => one.key === before && one.pool === pool);
    if (worker && (load.get(worker.key) ?? 0) < worker.room) put(key, worker.key);
  }
  for (const { key, pool } of agents) {
    if (placed.has(key)) continue;
    const [best] = workers
      .filter((worker) => worker.pool === pool && (load.get(worker.key) ?? 0) < worker.room)
      .toSorted((a, b) => (load.get(a.key) ?? 0) - (load.get(b.key) ?? 0) || (a.key < b.key ? -1 : 1));
    if (best) put(key, best.key);
  }
  return placed;
}
