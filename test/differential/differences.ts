// What differs on purpose between the embedded API server and a real one. A line whose case no longer differs, or differs elsewhere too, fails the tests.

export interface Difference {
  /** Why the answers are allowed to differ. */
  readonly reason: string;
  /** Matches each line of the comparison that is meant; any other line is a fault. */
  readonly where: RegExp;
}

/** By title of the case. */
export const onPurpose: Readonly<Record<string, Difference>> = {};
