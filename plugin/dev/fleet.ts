// The children of a session together: started at once, stopped in the order in which they depend on each other.
import { Child, type Board, type Program, type Ready } from './children.ts';
import type { ProgramName } from './programs.ts';

/** First those that need the others: a worker ends its sandboxes while the proxy still carries their last bytes. */
const stopOrder: readonly ProgramName[] = ['worker', 'proxy', 'operator', 'apiserver'];
const showOrder: readonly ProgramName[] = ['apiserver', 'operator', 'worker', 'proxy'];

export class Fleet {
  readonly #children: Readonly<Record<ProgramName, Child>>;
  readonly #board: Board;

  constructor(programs: Readonly<Record<ProgramName, Program>>, board: Board) {
    const child = (name: ProgramName): Child => new Child(programs[name], board);
    this.#board = board;
    this.#children = { apiserver: child('apiserver'), operator: child('operator'), worker: child('worker'), proxy: child('proxy') };
  }

  /** All at once: each waits by itself for what it needs of the others. */
  start(): void {
    const children = showOrder.map((name) => this.#children[name]);
    for (const child of children) child.start();
    void Promise.allSettled(children.map((child) => child.ready)).then(() => {
      for (const child of children) child.settle();
    });
  }

  ready(name: ProgramName): Promise<Ready> {
    return this.#children[name].ready;
  }

  /** In order. A second Ctrl-C meanwhile kills all that is left. */
  async stop(): Promise<void> {
    const kill = (): void => {
      this.#board.notice('killing what is left');
      for (const name of stopOrder) {
        // Told to stop first: one that is only killed would be started again.
        void this.#children[name].stop();
        this.#children[name].kill();
      }
    };
    process.on('SIGINT', kill);
    try {
      for (const name of stopOrder) await this.#children[name].stop();
    } finally {
      process.off('SIGINT', kill);
    }
  }
}
