// One child process of the session: started, watched, started again when it ends, and stopped without a remainder.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Lines, readableLine } from './child-line.ts';
import { restart } from './restart.ts';

/** What is shown of the children; the session's store is one. */
export interface Board {
  setComponent(state: {
    readonly name: string;
    readonly health: 'pending' | 'starting' | 'ready' | 'error';
    readonly detail?: string;
    readonly since?: Date;
    readonly restarts?: number;
  }): void;
  line(component: string, stream: 'stdout' | 'stderr', text: string): void;
  notice(text: string): void;
}

export interface Program {
  /** Name of its row. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** All of its environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether all that it says is told as it comes, not its warnings alone. */
  readonly isLoud?: boolean;
  /** It needs none of the others, so that its warnings are news from the first moment. */
  readonly isFirst?: boolean;
  /** What its row says once it serves. */
  readonly describe?: (ready: Ready) => string | undefined;
  /** What a person can do when it does not start. */
  readonly hint: string;
  /** The same for exit codes that have a meaning of their own. */
  readonly hintFor?: Readonly<Record<number, string>>;
}

/** A child was given up before it served. */
export class NotStarted extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** What a child said when it began to serve. */
export interface Ready {
  readonly address?: string;
  readonly [field: string]: unknown;
}

export interface Limits {
  readonly readyMs: number;
  readonly stopMs: number;
}
const usual: Limits = { readyMs: 20_000, stopMs: 6_000 };
const rememberedLines = 3;
const heldLines = 20;

type Process = ChildProcessByStdio<Writable, Readable, Readable>;

export class Child {
  readonly #program: Program;
  readonly #board: Board;
  readonly #limits: Limits;
  #process: Process | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #restarts = 0;
  #isStopping = false;
  #isSettled = false;
  #startedAt = 0;
  #isReady = false;
  #lastWords: string[] = [];
  /** What is told as soon as it serves; where it never does, its last words say it. */
  #held: string[] = [];
  #hung = '';
  #told = '';
  readonly #ended = new Set<() => void>();
  readonly #firstReady = Promise.withResolvers<Ready>();

  constructor(program: Program, board: Board, limits: Limits = usual) {
    this.#program = program;
    this.#board = board;
    this.#limits = limits;
    // Whoever waits for it is told; nobody has to.
    this.#firstReady.promise.catch(() => undefined);
  }

  /** The first READY; rejects when the child is given up as an error before it, or stopped. */
  get ready(): Promise<Ready> {
    return this.#firstReady.promise;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** From now on its warnings are told as they come; while all children start, each finds the others missing. */
  settle(): void {
    this.#isSettled = true;
  }

  start(): void {
    if (this.#isStopping) return;
    this.#startedAt = performance.now();
    this.#isReady = false;
    this.#hung = '';
    this.#show('starting');
    const [file, ...args] = this.#program.command;
    // A process group of its own: the terminal's Ctrl-C reaches the session alone, which stops its children in order.
    const child = spawn(file, args, { env: { ...this.#program.env, CLRK_SUPERVISED: '1' }, stdio: ['pipe', 'pipe', 'pipe'], detached: true }) as Process;
    this.#process = child;
    this.#listen(child);
    this.#timer = setTimeout(() => this.#giveUpWaiting(), this.#limits.readyMs);
  }

  #listen(child: Process): void {
    const words = new Lines((line) => this.#hear(line));
    const answers = new Lines((line) => this.#answer(line));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => words.take(chunk));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => answers.take(chunk));
    // The pipe is the death link: it is never written to, and breaks when the child ends.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => this.#hear(error.message));
    // 'close' comes after the last line was read, but never while a grandchild holds the pipes: 'exit' must do then.
    child.once('exit', () => setTimeout(() => child.emit('gone'), 200));
    child.once('close', () => child.emit('gone'));
    child.once('gone', () => {
      words.end();
      this.#onEnd(child);
    });
  }

  #hear(line: string): void {
    const { text, gravity } = readableLine(line);
    if (text.trim() === '') return;
    const isNews = gravity === 'error' || (gravity === 'warn' && (this.#isSettled || this.#program.isFirst === true));
    const told = `[${this.#program.name}] ${text}`;
    if (this.#program.isLoud || (isNews && (this.#isSettled || this.#isReady))) this.#board.notice(told);
    else if (isNews && this.#held.length < heldLines) this.#held.push(told);
    this.#lastWords = [...this.#lastWords, text].slice(-rememberedLines);
    this.#board.line(this.#program.name, 'stderr', text);
  }

  #answer(line: string): void {
    const ready = /^READY (\{.*\})$/.exec(line)?.[1];
    let fields: unknown;
    try {
      fields = ready === undefined ? undefined : JSON.parse(ready);
    } catch {
      fields = undefined;
    }
    if (fields === undefined || this.#isReady) return void (line === '' || this.#board.line(this.#program.name, 'stdout', readableLine(line).text));
    clearTimeout(this.#timer);
    this.#isReady = true;
    this.#show('ready', this.#program.describe?.(fields as Ready));
    for (const told of this.#held.splice(0)) this.#board.notice(told);
    this.#firstReady.resolve(fields as Ready);
  }

  #giveUpWaiting(): void {
    this.#hung = `it did not begin to serve within ${this.#limits.readyMs / 1000} s`;
    this.kill();
  }

  #onEnd(child: Process): void {
    clearTimeout(this.#timer);
    // Whatever it left in its process group goes with it.
    killGroup(child.pid);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    this.#process = undefined;
    for (const tell of this.#ended) tell();
    if (this.#isStopping) return;
    const run = { ranMs: performance.now() - this.#startedAt, wasReady: this.#isReady, code: child.exitCode ?? undefined, hung: this.#hung !== '' };
    const next = restart(run, this.#failures);
    this.#failures = next.failures;
    this.#restarts += 1;
    const how = this.#hung || (child.signalCode ? `signal ${child.signalCode}` : child.exitCode === null || child.exitCode < 0 ? 'it could not be started' : `exit ${child.exitCode}`);
    const words = this.#lastWords.join(' / ') || 'it said nothing';
    this.#lastWords = [];
    this.#held = [];
    if (next.isError) {
      this.#show('error', `${how}: ${words}`);
      const told = `${this.#program.name} does not start (${how}): ${words}`;
      const hint = this.#program.hintFor?.[run.code ?? -1] ?? this.#program.hint;
      // It is tried every few seconds: the same reason is told once.
      if (told !== this.#told) for (const line of [told, `hint: ${hint}`]) this.#board.notice(line);
      this.#told = told;
      this.#firstReady.reject(new NotStarted(told, hint));
    } else {
      this.#show('starting', how);
      this.#board.notice(`${this.#program.name} ended (${how}) and is started again: ${words}`);
    }
    this.#timer = setTimeout(() => this.start(), next.delayMs);
  }

  #show(health: 'starting' | 'ready' | 'error', detail?: string): void {
    const shown = { name: this.#program.name, health, since: new Date(), restarts: this.#restarts };
    this.#board.setComponent(detail === undefined ? shown : { ...shown, detail });
  }

  /** SIGTERM, and SIGKILL to the whole group when that is not heard. Resolves when nothing is left. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#firstReady.reject(new Error(`${this.#program.name} was stopped before it served`));
    const child = this.#process;
    if (!child) return;
    const gone = new Promise<void>((resolve) => { this.#ended.add(resolve); });
    child.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.#board.notice(`${this.#program.name} did not stop within ${this.#limits.stopMs / 1000} s and was killed`);
      this.kill();
    }, this.#limits.stopMs);
    await gone;
    clearTimeout(timer);
  }

  /** At once, with everything in its process group. */
  kill(): void {
    killGroup(this.#process?.pid);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
