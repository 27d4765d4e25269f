// The way from client-side to server-side apply: the annotation in which kubectl keeps what it applied last.
import { isObject, type KubeObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { difference, emptySet, union, type FieldSet } from './field-set.ts';
import { compare, fieldsOf } from './ownership.ts';
import { checkTyped } from './typed.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** Only under this name is the annotation taken into account; another manager name opts out. */
const kubectl = 'kubectl';

/** Fields that kubectl applied from the client and nobody changed since: it may take them over without force. */
export function takenOver(live: KubeObject | undefined, manager: string, apiVersion: string, schema: Schema): FieldSet {
  const text = manager === kubectl ? live?.metadata.annotations?.[annotation] : undefined;
  if (!text || !live) return emptySet();
  try {
    const last = JSON.parse(text) as unknown;
    if (!isObject(last) || last['apiVersion'] !== apiVersion) return emptySet();
    checkTyped(last, schema, 'refused');
    checkTyped(live, schema, 'refused');
    const { added, modified, removed } = compare(last, live, schema);
    return difference(fieldsOf(last, schema), union(union(added, modified), removed));
  } catch {
    // Whatever else is in the annotation, it is not what kubectl wrote.
    return emptySet();
  }
}

/** Keeps the annotation in step while it is there, so that going back to client-side apply stays possible. Changes the object. */
export function keepInStep(object: KubeObject, config: KubeObject, manager: string): void {
  if (manager !== kubectl || !object.metadata.annotations?.[annotation]) return;
  const { annotations, ...metadata } = config.metadata;
  const others = Object.entries(annotations ?? {}).filter(([key]) => key !== annotation);
  const applied = { ...config, metadata: { ...metadata, ...(others.length > 0 && { annotations: Object.fromEntries(others) }) } };
  object.metadata.annotations = { ...object.metadata.annotations, [annotation]: `${goJson(applied)}\n` };
}

/** As Go writes JSON: keys in order, and the signs of HTML as escapes. */
function goJson(value: unknown): string {
  const inOrder = (_key: string, one: unknown): unknown => (isObject(one) ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))) : one);
  return JSON.stringify(value, inOrder).replaceAll(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
