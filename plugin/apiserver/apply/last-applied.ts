// The way from client-side to server-side apply: the annotation in which kubectl keeps what it applied last.
import { isObject, type KubeObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { difference, type FieldSet } from './field-set.ts';
import { compare, fieldsOf } from './ownership.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** Only under this name is the annotation taken into account; another manager name opts out. */
const kubectl = 'kubectl';

/** Fields that kubectl applied from the client and nobody changed since: it may take them over without force. */
export function takenOver(live: KubeObject | undefined, manager: string, schema: Schema): FieldSet | undefined {
  const text = manager === kubectl ? live?.metadata.annotations?.[annotation] : undefined;
  if (!text || !live) return undefined;
  try {
    const last = JSON.parse(text) as unknown;
    if (!isObject(last) || last['apiVersion'] !== live.apiVersion) return undefined;
    const { changed, removed } = compare(last, live, schema);
    return difference(difference(fieldsOf(last, schema), changed), removed);
  } catch {
    // Whatever else is in the annotation, it is not what kubectl wrote.
    return undefined;
  }
}

/** Keeps the annotation in step while it is there, so that going back to client-side apply stays possible. */
export function keepInStep(object: KubeObject, config: KubeObject, manager: string): void {
  if (manager !== kubectl || object.metadata.annotations?.[annotation] === undefined) return;
  const { managedFields: _managed, annotations, ...metadata } = config.metadata;
  if (annotations?.[annotation] !== undefined) return;
  const applied = { ...config, metadata: { ...metadata, ...(annotations && { annotations }) } };
  object.metadata.annotations = { ...object.metadata.annotations, [annotation]: `${JSON.stringify(applied)}\n` };
}
