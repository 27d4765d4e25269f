// All faults of all manifests as one error: one line each, as a compiler would, and a count.
import { UserError } from '../exit.ts';
import { faultCodes } from './codes.ts';
import { byPlace, type Fault } from './position.ts';

/** More lines than anybody reads. */
export const maxShown = 100;

/** `file:line:column: spec.foo: what is wrong (what to do)`. Where the lines are nobody's, the object is named: `folder: Kind/name: spec.foo: ...`. */
export function faultLine(fault: Fault): string {
  const { field, message, hint } = fault;
  return `${placeOf(fault)}: ${field === '' ? '' : `${field}: `}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** Where to look. */
export function placeOf({ file, line, column, generated, object }: Fault): string {
  if (!generated) return `${file}:${line}:${column}`;
  return object === undefined ? file : `${file}: ${object.kind}/${object.name}`;
}

/** Throws when there is a fault; nothing has been sent by then. */
export function refuseFaults(faults: readonly Fault[], outcome = 'nothing was applied'): void {
  if (faults.length === 0) return;
  const files = new Set(faults.map(({ file }) => file)).size;
  const shown = faults.toSorted(byPlace).slice(0, maxShown).map(faultLine);
  const more = faults.length > maxShown ? [`... and ${faults.length - maxShown} more`] : [];
  const count = `${faults.length} ${faults.length === 1 ? 'mistake' : 'mistakes'}${files > 1 ? ` in ${files} files` : ''}`;
  const hints = faults.every(({ code }) => faultCodes[code].stage === 'text') ? [] : ['`kubectl explain KIND.spec` shows the fields of a kind'];
  throw new UserError(`${count}; ${outcome}`, hints, { lines: [...shown, ...more] });
}
