// A secret inside a process: it prints `[redacted]` everywhere and gives its bytes only to `reveal`.
import { inspect } from 'node:util';

export const redacted = '[redacted]';

export class Sealed {
  // A private field: invisible to JSON, inspect, spread, structuredClone and Object.entries.
  readonly #value: string;

  private constructor(value: string) {
    this.#value = value;
  }

  static of(value: string): Sealed {
    return new Sealed(value);
  }

  static open(sealed: Sealed): string {
    return sealed.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}

/** The secret itself; every call of this is a place to review. */
export function reveal(sealed: Sealed): string {
  return Sealed.open(sealed);
}
