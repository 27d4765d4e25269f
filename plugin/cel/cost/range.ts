// Ranges that sizes and costs are estimated in. They end where Kubernetes' own counting ends, at 2^64.

export interface Range {
  readonly min: number;
  readonly max: number;
}

export const most = 2 ** 64;
const capped = (value: number): number => (value >= most ? most : value);

export const exactly = (value: number): Range => ({ min: value, max: value });
export const unknown: Range = { min: 0, max: most };
export const add = (...ranges: readonly Range[]): Range =>
  ranges.reduce((sum, range) => ({ min: capped(sum.min + range.min), max: capped(sum.max + range.max) }), exactly(0));
export const multiply = (a: Range, b: Range): Range => ({ min: capped(a.min * b.min), max: capped(a.max * b.max) });
/** Rounded up to whole units. */
export const times = ({ min, max }: Range, factor: number): Range => ({ min: capped(Math.ceil(min * factor)), max: capped(Math.ceil(max * factor)) });
export const union = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });
