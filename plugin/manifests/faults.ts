// All faults of all manifests as one error: one line each, as a compiler would, and a count.
import { UserError } from '../exit.ts';
import { byPlace, type Fault } from './position.ts';

const maxShown = 100;

/** `file:line:column: spec.foo: what is wrong (what to do)`. */
export function faultLine({ file, line, column, field, message, hint }: Fault): string {
  return `${file}:${line}:${column}: ${field === '' ? '' : `${field}: `}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** Throws when there is a fault; nothing has been sent by then. */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const files = new Set(faults.map(({ file }) => file)).size;
  const shown = faults.toSorted(byPlace).slice(0, maxShown).map(faultLine);
  const more = faults.length > maxShown ? [`... and ${faults.length - maxShown} more`] : [];
  const count = `${faults.length} ${faults.length === 1 ? 'mistake' : 'mistakes'}${files > 1 ? ` in ${files} files` : ''}`;
  const hints = faults.every(({ syntax }) => syntax) ? [] : ['`kubectl explain KIND.spec` shows the fields of a kind'];
  throw new UserError(`${count}; nothing was applied`, hints, { lines: [...shown, ...more] });
}
