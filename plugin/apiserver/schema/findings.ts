// What checking a value brought: its faults, and how much of it fitted, by which a combination of schemas chooses whose faults to tell.
import type { FieldError } from '../status.ts';

const mostErrors = 100;

export class Findings {
  readonly errors: FieldError[] = [];
  readonly #seen = new Set<string>();
  /** Checks that held. The numbers follow those of Kubernetes: another count would choose other faults. */
  held = 0;

  get valid(): boolean {
    return this.errors.length === 0;
  }

  /** The same fault is told once; of very many only the first. */
  add(...errors: readonly FieldError[]): void {
    for (const error of errors) {
      const text = `${error.field} ${error.message}`;
      if (this.errors.length >= mostErrors || this.#seen.has(text)) continue;
      this.#seen.add(text);
      this.errors.push(error);
    }
  }

  merge(other: Findings | undefined): void {
    if (!other) return;
    this.add(...other.errors);
    this.held += other.held;
  }
}
