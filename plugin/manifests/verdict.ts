// What `validate` says: everything that is wrong with a set of manifests, for people as lines and for programs as JSON.
import { placeOf, faultLine, maxShown } from './faults.ts';
import { printable } from '../format/printable.ts';
import type { Paint } from '../format/colour.ts';
import { builtInFaults, isBuiltIn } from './built-in.ts';
import { checkManifests, definitionOf } from './check.ts';
import { severityOf } from './codes.ts';
import { byPlace, locate, type Fault } from './position.ts';
import type { Manifest, Manifests } from './read.ts';
import { danglingReferences } from './references.ts';

export interface Verdict {
  /** No error; there may be warnings. */
  readonly valid: boolean;
  readonly manifests: readonly Manifest[];
  /** In the order of the files. */
  readonly faults: readonly Fault[];
}

/** Asks nobody. `namespace`: where objects go that name none, if that is known. */
export function judge({ manifests, faults: unread }: Manifests, namespace?: string): Verdict {
  const faults = [...unread, ...checkManifests(manifests), ...builtInFaults(manifests), ...danglingReferences(manifests, namespace)].toSorted(byPlace);
  return { valid: !faults.some(isError), manifests, faults };
}

const isError = ({ code }: Fault): boolean => severityOf(code) === 'error';

/** Whether the kind's schema is known here. Nothing is claimed about an object of another kind. */
const isChecked = ({ object }: Manifest): boolean => definitionOf(object) !== undefined || isBuiltIn(object);

/** The form of `-o json`; docs/validate.md is its manual. What is not known is null, so that every entry has the same fields. */
export function verdictJson({ valid, manifests, faults }: Verdict): string {
  const objects = manifests.map((manifest) => {
    const { origin, object: { apiVersion, kind, metadata: { namespace = null, name } } } = manifest;
    return { apiVersion, kind, namespace, name, file: origin.file, line: origin.generated ? null : locate(origin, [], 'value').line, checked: isChecked(manifest) };
  });
  const shown = faults.map(({ code, file, line, column, field, object, message, hint = null, generated }) => ({
    code,
    severity: severityOf(code),
    file,
    line: generated ? null : line,
    column: generated ? null : column,
    field,
    object: object === undefined ? null : { kind: object.kind, namespace: object.namespace ?? null, name: object.name },
    message,
    hint,
  }));
  return `${JSON.stringify({ valid, objects, faults: shown }, null, 2)}\n`;
}

/** One line a fault, as compilers write them, then a count. */
export function verdictText({ manifests, faults }: Verdict, paint: Paint): string {
  const lines = faults.slice(0, maxShown).map((fault) => {
    const severity = severityOf(fault.code);
    const place = placeOf(fault);
    return printable(`${place}: ${severity}${faultLine(fault).slice(place.length)} [${fault.code}]`, 2000).replace(`: ${severity}: `, `: ${paint(severity === 'error' ? 'bad' : 'warning', severity)}: `);
  });
  const more = faults.length > maxShown ? [`... and ${faults.length - maxShown} more`] : [];
  return [...lines, ...more, summary(manifests, faults), ''].join('\n');
}

function summary(manifests: readonly Manifest[], faults: readonly Fault[]): string {
  const errors = faults.filter(isError).length;
  const strangers = manifests.filter((manifest) => !isChecked(manifest));
  const kinds = [...new Set(strangers.map(({ object: { apiVersion, kind } }) => `${kind} of ${apiVersion}`))];
  const shown = kinds.slice(0, 5).map((kind) => printable(kind, 100)).join(', ');
  const unchecked = strangers.length === 0 ? '' : `; not checked, for want of their schemas: ${strangers.length} (${shown}${kinds.length > 5 ? ', ...' : ''})`;
  const counts = [plural(manifests.length, 'object'), ...(errors > 0 ? [plural(errors, 'error')] : []), ...(faults.length > errors ? [plural(faults.length - errors, 'warning')] : [])].join(', ');
  return `${errors === 0 ? 'valid' : 'not valid'}: ${counts}${unchecked}`;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
