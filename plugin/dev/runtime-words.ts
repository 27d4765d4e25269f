// Says what isolates the sandboxes, and what this machine could not give, from what a worker said when it was ready.

interface Said {
  readonly name: string;
  readonly detail: string;
  readonly missing: readonly string[];
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** Undefined when the worker said nothing of the kind. */
export function runtimeSaid(ready: Readonly<Record<string, unknown>>): Said | undefined {
  const { runtime } = ready;
  if (typeof runtime !== 'object' || runtime === null) return undefined;
  const { name, detail, missing } = runtime as Readonly<Record<string, unknown>>;
  if (!isText(name)) return undefined;
  return { name, detail: isText(detail) ? detail : '', missing: Array.isArray(missing) ? missing.filter(isText) : [] };
}

export const runtimeRow = ({ name, detail }: Said): string => (detail === '' ? name : `${name}: ${detail}`);

/** One line for each thing that would make sandboxes stronger: a runtime that was tried first, by its name, and why it could not be had. */
export const runtimeNotices = ({ name, missing }: Said): readonly string[] =>
  missing.map((what) => {
    const [, stronger, why] = /^(gvisor|bubblewrap): (.*)$/s.exec(what) ?? [];
    return stronger === undefined ? `sandboxes run in ${name}: ${what}` : `sandboxes run in ${name}, not in ${stronger}: ${why}`;
  });
