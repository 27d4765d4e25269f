// Turns a stored CustomResourceDefinition into the resources that it adds, one for each served version.
import { at, isObject, list, objects, text, type JsonObject, type KubeObject } from '../json.ts';
import { metadataSchema } from '../core/metadata.ts';
import { customAgeColumn, nameColumn } from '../core/columns.ts';
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

/** Go writes the exponents of small numbers with two digits. */
const number = (value: number): string => (value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential().replace(/e-(\d)$/, 'e-0$1') : String(value));

/** What JSONPath prints of a value. */
function printed(value: unknown): string {
  if (value === null) return '<no value>';
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A date without a zone, or none at all, is no moment. */
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** The value as the column's type wants it; a value of another type shows nothing. */
function cell(type: string, value: unknown, now: Date): unknown {
  if (value === undefined) return null;
  if (type === 'string') return printed(value);
  if (type === 'date') return typeof value !== 'string' ? null : value === '' || value === 'null' ? '<unknown>' : moment.test(value) ? age(value, now) : '<invalid>';
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  if (typeof value !== 'number') return null;
  return type === 'integer' ? Math.trunc(value) : value;
}

function columns(version: JsonObject): readonly Column[] {
  const own = objects(version['additionalPrinterColumns']).map((column): Column => {
    const steps = parseJsonPath(text(column['jsonPath'])) ?? [];
    const type = text(column['type']);
    return {
      name: text(column['name']), type, format: text(column['format']), priority: Number(column['priority'] ?? 0),
      description: text(column['description']) || `Custom resource definition column (in JSONPath format): ${text(column['jsonPath'])}`,
      cell: (object, now) => cell(type, evaluate(steps, object)[0], now),
    };
  });
  return own.length > 0 ? [nameColumn, ...own] : [nameColumn, customAgeColumn];
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
