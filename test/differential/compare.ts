// Holds two stories of one case against each other and says where they differ, one line for each place.
import type { Observation } from './case.ts';

const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)}...` : text;
};

const isObject = (value: unknown): value is { readonly [key: string]: unknown } => typeof value === 'object' && value !== null && !Array.isArray(value);

function visit(path: string, ours: unknown, theirs: unknown, found: string[]): void {
  if (Object.is(ours, theirs)) return;
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    ours.forEach((item, index) => visit(`${path}[${index}]`, item, theirs[index], found));
  } else if (isObject(ours) && isObject(theirs)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) visit(`${path}.${key}`, ours[key], theirs[key], found);
  } else if (shown(ours) !== shown(theirs) || JSON.stringify(ours) !== JSON.stringify(theirs)) {
    found.push(`${path}: embedded ${shown(ours)}, real ${shown(theirs)}`);
  }
}

/** Empty: both servers told the same. */
export function compare(ours: readonly Observation[], theirs: readonly Observation[]): readonly string[] {
  const found: string[] = [];
  const asked = (one: Observation | undefined): string => one?.asked ?? 'nothing';
  for (let step = 0; step < Math.max(ours.length, theirs.length); step++) {
    const [a, b] = [ours[step], theirs[step]];
    // From the first step that one of them did not come to, the stories cannot be laid side by side.
    if (asked(a) !== asked(b)) return [...found, `step ${step + 1}: embedded went on with ${asked(a)}, real with ${asked(b)}`];
    const { asked: _a, ...mine } = a ?? { asked: '' };
    const { asked: _b, ...other } = b ?? { asked: '' };
    visit(`step ${step + 1}, ${asked(a)}: `, mine, other, found);
  }
  return found;
}
