// The fieldPath of a rule: `.spec.list`, `.labels['a.b']`, resolved in the schema that the rule stands in.
import { isObject } from '../../apiserver/json.ts';
import type { Schema } from '../../apiserver/schema/schema.ts';

const token = /[.[\]]|'(?:\\.|[^'])*'|[^.[\]]+/gys;
const escapes: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', "'": "'", '\\': '\\' };

function unquote(text: string | undefined): string | undefined {
  if (text === undefined || text.length < 2 || !text.startsWith("'") || !text.endsWith("'")) return undefined;
  let wrong = false;
  const made = text.slice(1, -1).replaceAll(/\\./gs, (pair) => {
    const meant = escapes[pair.charAt(1)];
    wrong ||= meant === undefined;
    return meant ?? '';
  });
  return wrong ? undefined : made;
}

/** The path as messages write it; undefined: it leads to no field that the schema declares. */
export function resolveFieldPath(path: string, schema: Schema): string | undefined {
  const tokens = path.match(token) ?? [];
  let here: Schema = schema;
  let made = '';
  for (let at = 0; at < tokens.length; ) {
    const bracket = tokens[at] === '[';
    if (!bracket && tokens[at] !== '.') return undefined;
    const name = bracket ? unquote(tokens[at + 1]) : tokens[at + 1];
    if (name === undefined || (bracket && tokens[at + 2] !== ']')) return undefined;
    at += bracket ? 3 : 2;
    const next = here.properties ? (Object.hasOwn(here.properties, name) ? here.properties[name] : undefined) : isObject(here.additionalProperties) ? (here.additionalProperties as Schema) : undefined;
    if (!next) return undefined;
    made = here.properties ? (made ? `${made}.${name}` : name) : `${made}[${name}]`;
    here = next;
  }
  return made;
}
