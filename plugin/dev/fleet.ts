// The children of a session together: started at once, stopped in the order in which they depend on each other.
import { Child, type Board, type Program, type Ready } from './children.ts';
import type { ProgramName } from './programs.ts';

/** First those that need the others: a worker ends its sandboxes while the proxy still carries their last bytes. */
const stopOrder: readonly ProgramName[] = ['worker', 'proxy', 'operator', 'apiserver'];
const showOrder: readonly ProgramName[] = ['apiserver', 'operator', 'worker', 'proxy'];

export class Fleet {
  readonly #children: ReadonlyMap<ProgramName, Child>;
  readonly #board: Board;

  /** Only those children that are given: an existing cluster has its own API server. */
  constructor(programs: Readonly<Partial<Record<ProgramName, Program>>>, board: Board) {
    this.#board = board;
    this.#children = new Map(showOrder.flatMap((name) => (programs[name] ? [[name, new Child(programs[name], board)] as const] : [])));
  }

  /** All at once: each waits by itself for what it needs of the others. */
  start(): void {
    const children = [...this.#children.values()];
    for (const child of children) child.start();
    void Promise.allSettled(children.map((child) => child.ready)).then(() => {
      for (const child of children) child.settle();
    });
  }

  ready(name: ProgramName): Promise<Ready> {
    return this.#children.get(name)?.ready ?? Promise.reject(new Error(`${name} is no child of this session`));
  }

  /** In order. A second Ctrl-C meanwhile kills all that is left. */
  async stop(): Promise<void> {
    const kill = (): void => {
      this.#board.notice('killing what is left');
      for (const name of stopOrder) {
        // Told to stop first: one that is only killed would be started again.
        void this.#children.get(name)?.stop();
        this.#children.get(name)?.kill();
      }
    };
    process.on('SIGINT', kill);
    try {
      for (const name of stopOrder) await this.#children.get(name)?.stop();
    } finally {
      process.off('SIGINT', kill);
    }
  }
}
