// Pulls in tests: a folder of its own, short patience, and what the person is told.
import { type ExecutionContext } from 'ava';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PullFailure } from '../../sandbox/pull/failure.ts';
import { Pulls, type Pulled, type Use } from '../../sandbox/pull/pulls.ts';
import type { Patience } from '../../sandbox/pull/registry.ts';
import { TestRegistry } from './test-registry.ts';

export const shortPatience: Patience = { answerMs: 5000, stallMs: 200, pausesMs: [5, 10, 20] };

export class Puller {
  readonly folder: string;
  readonly told: string[] = [];
  pulls: Pulls;
  readonly #plain: ReadonlySet<string>;
  readonly #patience: Patience;

  constructor(t: ExecutionContext, plain: readonly string[], patience: Partial<Patience> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'clrk-pull-'));
    t.teardown(() => rmSync(this.folder, { recursive: true, force: true }));
    this.#plain = new Set(plain);
    this.#patience = { ...shortPatience, ...patience };
    this.pulls = this.#open();
  }

  #open(): Pulls {
    return new Pulls(this.folder, { plainRegistries: this.#plain, patience: this.#patience });
  }

  /** As after a restart of the worker. */
  reopen(): void {
    this.pulls = this.#open();
  }

  async find(use: Use, signal = new AbortController().signal): Promise<Pulled> {
    return await this.pulls.find(use, { signal, tell: (message) => this.told.push(message) });
  }

  /** Pulls for an order that goes on. */
  async pull(reference: string, signal?: AbortSignal): Promise<Pulled> {
    return await this.find(this.pulls.use(reference), signal);
  }

  async fails(t: ExecutionContext, reference: string): Promise<PullFailure> {
    const error = await t.throwsAsync(this.pull(reference), { instanceOf: PullFailure });
    return error instanceof PullFailure ? error : t.fail('no failure of a pull');
  }

  read(pulled: Pulled, name: string): string {
    return readFileSync(join(pulled.root.root, name), 'utf8');
  }

  names(folder: 'blobs' | 'roots' | 'notes'): readonly string[] {
    return readdirSync(join(this.folder, folder)).toSorted();
  }
}

export async function opened(t: ExecutionContext): Promise<TestRegistry> {
  const registry = await new TestRegistry().listen();
  t.teardown(() => registry.close());
  return registry;
}
