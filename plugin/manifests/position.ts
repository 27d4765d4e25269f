// Where in a file a field stands: an object from a manifest knows its document, and a path in it has a line and a column.
import { isAlias, isMap, isSeq, type Document, type LineCounter, type Node, type Pair } from 'yaml';
import type { FaultCode } from './codes.ts';

/** A place as editors and compilers write it; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Path = readonly (string | number)[];

/** The part of a document that one object came from; an item of a List starts deeper than the root. */
export interface Origin {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly root: Path;
  /** A program made the text, so that its lines say nothing to a person. */
  readonly generated?: true;
}

/** Which object a fault is about. */
export interface ObjectName {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Something wrong in a manifest. */
export interface Fault extends Position {
  readonly code: FaultCode;
  /** As the person named it; the folder, where its kustomization was built. */
  readonly file: string;
  /** Absent while the text has not become an object. */
  readonly object?: ObjectName;
  /** As a person writes it, e.g. `spec.template.spec.env[2].name`; empty for the document itself. */
  readonly field: string;
  readonly message: string;
  readonly hint?: string;
  /** As {@link Origin.generated}. */
  readonly generated?: true;
}

/** The order in which a person goes through files. */
export const byPlace = (a: Fault, b: Fault): number => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1);

export function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/**
 * The key or the value that a path leads to; where it leads nowhere, the last key on the way, so that a missing field
 * points to the block that should have it.
 */
export function locate(origin: Origin, path: Path, part: 'key' | 'value'): Position {
  let node: unknown = origin.document.contents;
  let seen = node as Node | null;
  const steps = [...origin.root, ...path];
  for (const [at, step] of steps.entries()) {
    if (isAlias(node)) node = node.resolve(origin.document);
    const pair = isMap(node) ? node.items.find((item) => keyText(item) === String(step)) : undefined;
    const next: unknown = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined;
    const key = pair?.key as Node | undefined;
    const last = at === steps.length - 1;
    seen = (last && part === 'value' ? ((next as Node | null) ?? key) : (key ?? (next as Node | null))) ?? seen;
    if (next === undefined || next === null) break;
    node = next;
  }
  return positionAt(origin.lines, seen?.range?.[0] ?? 0);
}

export function keyText(pair: Pair): string {
  const key = pair.key as { readonly value?: unknown } | string | null;
  return String(typeof key === 'object' && key !== null && 'value' in key ? key.value : key);
}

/** `spec.rules[0].matches`, with quotes where a key is no plain name. */
export function fieldName(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (/^[A-Za-z_][\w-]*$/.test(step)) return text === '' ? step : `${text}.${step}`;
    return `${text}[${JSON.stringify(step)}]`;
  }, '');
}
