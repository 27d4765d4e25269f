// Label and field selectors: parsed once, asked for every object.
import { isLabelValue, isQualifiedName } from '../core/names.ts';
import { selectableValue } from '../core/kinds.ts';
import type { KubeObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import { badRequest } from '../status.ts';

export type Matches = (object: KubeObject) => boolean;

const always: Matches = () => true;
const longest = 8 * 1024;

/** Splits at commas that are not inside parentheses. */
function requirements(selector: string): readonly string[] {
  return selector.split(/,(?![^(]*\))/).map((one) => one.trim()).filter(Boolean);
}

function unparsable(selector: string, why: string): never {
  throw badRequest(`unable to parse requirement: ${why} in ${JSON.stringify(selector.slice(0, 200))}`);
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

function labelTest(one: string): LabelTest {
  const sets = /^([^\s=!,()]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(one);
  if (sets?.[1] && sets[3] !== undefined) {
    const key = label(sets[1], one);
    const values = new Set(sets[3].split(',').map((value) => labelValue(value.trim(), one)));
    const inside = sets[2] === 'in';
    return (labels) => (labels[key] !== undefined && values.has(labels[key])) === inside;
  }
  const pair = /^([^\s=!,()]+)\s*(==|=|!=|>|<)\s*([^\s=!,()]*)$/.exec(one);
  if (pair?.[1] && pair[3] !== undefined) {
    const key = label(pair[1], one);
    const value = labelValue(pair[3], one);
    if (pair[2] === '!=') return (labels) => labels[key] !== value;
    if (pair[2] === '>') return (labels) => Number(labels[key]) > Number(value);
    if (pair[2] === '<') return (labels) => Number(labels[key]) < Number(value);
    return (labels) => labels[key] === value;
  }
  const exists = /^(!?)\s*([^\s=!,()]+)$/.exec(one);
  if (!exists?.[2]) return unparsable(one, 'found an unexpected word');
  const key = label(exists[2], one);
  return (labels) => (labels[key] !== undefined) === (exists[1] === '');
}

const label = (key: string, one: string): string => (isQualifiedName(key) ? key : unparsable(one, `invalid label key ${JSON.stringify(key)}`));
const labelValue = (value: string, one: string): string => (isLabelValue(value) ? value : unparsable(one, `invalid label value ${JSON.stringify(value)}`));

export function labelSelector(selector: string | null): Matches {
  if (!selector) return always;
  if (selector.length > longest) throw badRequest('the label selector is too long');
  const tests = requirements(selector).map(labelTest);
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

/** The fields `metadata.name` and `metadata.namespace`, and those that the kind names. */
export function fieldSelector(selector: string | null, resource: Resource): Matches {
  if (!selector) return always;
  if (selector.length > longest) throw badRequest('the field selector is too long');
  const tests = selector.split(/(?<!\\),/).filter(Boolean).map((one): Matches => {
    const parts = /^([^=!]+?)\s*(==|=|!=)(.*)$/.exec(one.trim());
    if (!parts?.[1]) throw badRequest(`invalid selector: ${JSON.stringify(one)}; can't understand '${one}'`);
    const field = parts[1];
    const value = (parts[3] ?? '').replaceAll(/\\([\\,=])/g, '$1');
    const known = field === 'metadata.name' || (field === 'metadata.namespace' && resource.namespaced) || resource.selectable.includes(field) || (field === 'name' && resource.kind === 'Namespace');
    if (!known) throw badRequest(`field label not supported: ${field}`);
    const path = field === 'name' ? 'metadata.name' : field;
    return (object) => (selectableValue(object, path) === value) === (parts[2] !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}
