// One object as a person reads it: names and values below each other, sections indented.
import { printable } from './printable.ts';

export type Fact = readonly [name: string, value: string | undefined];

/** `Name:   value` lines with the values below each other; facts without a value are left out. */
export function facts(list: readonly Fact[], indent = ''): string {
  const told = list.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...told.map(([name]) => name.length)) + 1;
  return told.map(([name, value]) => `${indent}${`${name}:`.padEnd(width)}   ${printable(value ?? '', 4096)}\n`).join('');
}

/** A heading and what belongs to it; nothing at all when it is empty. */
export function section(title: string, body: string, indent = '  '): string {
  return body === '' ? '' : `${title}:\n${body.replaceAll(/^(?=.)/gm, indent)}`;
}
