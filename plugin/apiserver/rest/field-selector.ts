// Field selectors: names, namespaces and the few fields that a kind names, with the words of Kubernetes for what is wrong.
import { selectableValue } from '../core/kinds.ts';
import type { Resource } from '../resource.ts';
import { badRequest } from '../status.ts';
import { always, type Matches } from './label-selector.ts';

interface Term {
  readonly field: string;
  readonly equals: boolean;
  readonly value: string;
}

/** A backslash takes the meaning from a comma, an equals sign and itself, and is a fault before anything else. */
function unescape(value: string): string {
  let made = '';
  for (let at = 0; at < value.length; at++) {
    const one = value[at] ?? '';
    if (one === '\\') {
      const next = value[++at] ?? '';
      if (!['\\', ',', '='].includes(next)) throw badRequest(`invalid field selector: invalid escape sequence: \\${next}`);
      made += next;
    } else if (one === ',' || one === '=') {
      throw badRequest(`invalid field selector: unescaped character in value: ${one.charCodeAt(0)}`);
    } else made += one;
  }
  return made;
}

export function fieldTerms(selector: string): readonly Term[] {
  const parts = selector.match(/(?:\\[\s\S]|[^\\,])+\\?|\\$/g) ?? [];
  return parts.toSorted().map((part) => {
    const found = /^([\s\S]*?)(==|!=|=)([\s\S]*)$/.exec(part);
    if (!found) throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`);
    return { field: found[1] ?? '', equals: found[2] !== '!=', value: unescape(found[3] ?? '') };
  });
}

function known({ field }: Term, resource: Resource): boolean {
  if (field === 'metadata.name' || resource.selectable.includes(field)) return true;
  return field === 'metadata.namespace' && (resource.namespaced || resource.plural === 'customresourcedefinitions');
}

/** Kinds that name fields of their own, and custom kinds, say it in other words than those that know the two common fields only. */
function refusal({ field }: Term, { rules, selectable }: Resource): Error {
  return badRequest(rules.typed && selectable.length === 0 ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"` : `field label not supported: ${field}`);
}

/** Throws a 400 in the words of Kubernetes. */
export function fieldSelector(terms: readonly Term[], resource: Resource): Matches {
  const wrong = terms.find((term) => !known(term, resource));
  if (wrong) throw refusal(wrong, resource);
  if (terms.length === 0) return always;
  return (object) => terms.every(({ field, equals, value }) => (selectableValue(object, field) === value) === equals);
}
