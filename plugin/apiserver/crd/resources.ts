// Turns a stored CustomResourceDefinition into the resources that it adds, one for each served version.
import { at, isObject, list, objects, text, type JsonObject, type KubeObject } from '../json.ts';
import { metadataSchema } from '../core/metadata.ts';
import { ageColumn, nameColumn } from '../core/columns.ts';
import type { Column, Resource, Scale } from '../resource.ts';
import type { Schema } from '../schema/schema.ts';
import { age } from '../table/age.ts';
import { evaluate, parseJsonPath } from '../table/json-path.ts';

const strings = (value: unknown): readonly string[] => list(value).map(text);
const path = (value: unknown): readonly string[] => text(value).split('.').slice(1);

function rootSchema(given: JsonObject): Schema {
  const schema = given as unknown as Schema;
  return {
    ...schema,
    properties: {
      apiVersion: { type: 'string', description: 'Version of the schema of this object.' }, kind: { type: 'string', description: 'Kind of this object.' },
      ...schema.properties, metadata: metadataSchema,
    },
  };
}

/** The value as the column's type wants it; a value of another type shows nothing. */
function cell(type: string, value: unknown, now: Date): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'date') return age(value, now);
  if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value);
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  return typeof value === 'number' ? value : null;
}

function columns(version: JsonObject): readonly Column[] {
  const own = objects(version['additionalPrinterColumns']).map((column): Column => {
    const steps = parseJsonPath(text(column['jsonPath'])) ?? [];
    const type = text(column['type']);
    return {
      name: text(column['name']), type, format: text(column['format']), description: text(column['description']), priority: Number(column['priority'] ?? 0),
      cell(object, now) {
        const found = evaluate(steps, object);
        return found.length > 1 && type === 'string' ? found.map((one) => cell(type, one, now)).join(',') : cell(type, found[0], now);
      },
    };
  });
  return own.length > 0 ? [nameColumn, ...own] : [nameColumn, ageColumn];
}

function scale(version: JsonObject): Scale | undefined {
  const given = at(version, 'subresources', 'scale');
  if (!isObject(given)) return undefined;
  return { specReplicas: path(given['specReplicasPath']), statusReplicas: path(given['statusReplicasPath']), labelSelector: given['labelSelectorPath'] ? path(given['labelSelectorPath']) : undefined };
}

/** One resource for each served version. */
export function resourcesOf(definition: KubeObject): readonly Resource[] {
  const group = text(at(definition, 'spec', 'group'));
  const names = at(definition, 'spec', 'names');
  const versions = objects(at(definition, 'spec', 'versions'));
  const storageVersion = text(versions.find((version) => version['storage'] === true)?.['name']);
  return versions.filter((version) => version['served'] === true).map((version): Resource => {
    const kind = text(at(names, 'kind'));
    const name = text(version['name']);
    return {
      group, version: name, kind, storageVersion, plural: text(at(names, 'plural')), singular: text(at(names, 'singular')), listKind: text(at(names, 'listKind')),
      namespaced: at(definition, 'spec', 'scope') === 'Namespaced', shortNames: strings(at(names, 'shortNames')), categories: strings(at(names, 'categories')),
      schema: rootSchema((at(version, 'schema', 'openAPIV3Schema') ?? {}) as JsonObject), columns: columns(version),
      selectable: objects(version['selectableFields']).map((field) => text(field['jsonPath']).replace(/^\./, '')),
      status: isObject(at(version, 'subresources', 'status')), scale: scale(version), rules: { names: 'subdomain', generation: true, fixedMetadata: true },
      warning: version['deprecated'] === true ? text(version['deprecationWarning']) || `${group}/${name} ${kind} is deprecated` : undefined,
    };
  });
}
