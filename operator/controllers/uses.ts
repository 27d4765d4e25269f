// Which gateways the sandboxes of each pod use; one is given up a moment after its last sandbox, which may still be saying its last words.

export interface Use {
  readonly pod: string;
  /** `namespace/name` */
  readonly gateway: string;
}

/** Longer than a sandbox gets between the request to end and its end. */
const lingerMs = 10_000;

export class Uses {
  /** Pod -> gateway -> when it is given up; never while it is used. */
  #pods: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map();
  readonly #due: () => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** `due` is called when something is to be given up. */
  constructor(due: () => void, now: () => number = Date.now) {
    this.#due = due;
    this.#now = now;
  }

  of(pod: string): ReadonlySet<string> {
    return new Set(this.#pods.get(pod)?.keys());
  }

  /** Takes what is used now. Answers with the pods of each gateway that is used now. */
  update(uses: readonly Use[]): ReadonlyMap<string, ReadonlySet<string>> {
    const now = this.#now();
    const pods = new Map<string, Map<string, number>>();
    const put = (pod: string, gateway: string, until: number): void => void pods.set(pod, (pods.get(pod) ?? new Map<string, number>()).set(gateway, until));
    for (const [pod, gateways] of this.#pods) {
      for (const [gateway, until] of gateways) {
        const leaving = until === Infinity ? now + lingerMs : until;
        if (leaving > now) put(pod, gateway, leaving);
      }
    }
    const used = new Map<string, Set<string>>();
    for (const { pod, gateway } of uses) {
      put(pod, gateway, Infinity);
      used.set(gateway, (used.get(gateway) ?? new Set()).add(pod));
    }
    this.#pods = pods;
    this.#arm(now);
    return used;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #arm(now: number): void {
    clearTimeout(this.#timer);
    const next = Math.min(...[...this.#pods.values()].flatMap((gateways) => [...gateways.values()]));
    if (Number.isFinite(next)) this.#timer = setTimeout(this.#due, Math.max(1, next - now)).unref();
  }
}
