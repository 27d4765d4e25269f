// The CEL rules of our kinds on an object from a file: the same declarations and the same code as on the API server.
import { crds } from '../../operator/install/crds.ts';
import type { KindDefinition, KubeObject } from '../../operator/api/object.ts';
import { at, copy, isObject, list } from '../apiserver/json.ts';
import { applyDefaults } from '../apiserver/schema/default.ts';
import type { Schema } from '../apiserver/schema/schema.ts';
import { validate } from '../apiserver/schema/validate.ts';
import { violations } from '../cel/rules/validate.ts';
import type { Path } from './position.ts';

let schemas: ReadonlyMap<string, Schema> | undefined;

function schemaOf({ kind }: KindDefinition): Schema {
  schemas ??= new Map(crds().flatMap((definition) => {
    const schema = at(list(at(definition, 'spec', 'versions'))[0], 'schema', 'openAPIV3Schema');
    return isObject(schema) ? [[String(at(definition, 'spec', 'names', 'kind')), schema as Schema]] : [];
  }));
  return schemas.get(kind) ?? {};
}

/** `spec.listeners[0].tls` as steps; the root has none. */
function stepsOf(field: string): Path {
  if (field === '<nil>') return [];
  return [...field.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => (index === undefined ? (name ?? '') : Number(index)));
}

/** Each broken rule with its place. An object of the wrong shape breaks none: its shape is told first. */
export function brokenRules(definition: KindDefinition, object: KubeObject): readonly { readonly path: Path; readonly message: string }[] {
  const schema = schemaOf(definition);
  const completed: unknown = copy(object);
  applyDefaults(completed, schema);
  if (validate(completed, schema).length > 0) return [];
  return violations(schema, completed).errors.map(({ field, message }) => ({ path: stepsOf(field), message: message.replace(/^[A-Z][a-z]+ value: (?:(?:"(?:[^"\\]|\\.)*"|[\d.]+): )?/, '') }));
}
