// Checks every object of our API group before anything is sent: its kind, its schema, and the rules that span fields.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { group, version, apiVersion } from '../../operator/api/group.ts';
import { jsonSchema } from '../../operator/api/json-schema.ts';
import { kindNamed, kinds } from '../../operator/api/kinds.ts';
import type { KindDefinition } from '../../operator/api/object.ts';
import { nearest } from '../nearest.ts';
import { explainSchemaError, isMisspelt, steps } from './explain.ts';
import { byPlace, fieldName, locate, type Fault, type Path } from './position.ts';
import type { Manifest } from './read.ts';

/** Every fault of every object, in the order in which a person reads the files. Objects of other groups are the server's to judge. */
export function checkManifests(manifests: readonly Manifest[]): readonly Fault[] {
  const compiled = new Map<string, ValidateFunction>();
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true, logger: false });
  const validator = (definition: KindDefinition): ValidateFunction => {
    const known = compiled.get(definition.kind) ?? ajv.compile(jsonSchema(definition));
    compiled.set(definition.kind, known);
    return known;
  };
  const faults = manifests.flatMap((manifest) => {
    const stranger = wrongKind(manifest);
    if (stranger !== undefined) return [stranger];
    const definition = isOurs(manifest.object.apiVersion) ? kindNamed(manifest.object.kind) : undefined;
    return definition === undefined ? [] : faultsOf(manifest, definition, validator(definition));
  });
  return [...faults, ...twice(manifests)].toSorted(byPlace);
}

const isOurs = (written: string): boolean => written.split('/')[0] === group;

function fault({ origin }: Manifest, path: Path, part: 'key' | 'value', message: string, hint?: string): Fault {
  return { file: origin.file, ...locate(origin, path, part), field: fieldName(path), message, ...(hint === undefined ? {} : { hint }) };
}

/** A kind or a version that this program does not know; a slip in the group itself when the kind is one of ours. */
function wrongKind(manifest: Manifest): Fault | undefined {
  const { apiVersion: written, kind } = manifest.object;
  if (written === apiVersion) {
    if (kindNamed(kind) !== undefined) return undefined;
    const near = nearest(kind, kinds.map((known) => known.kind));
    return fault(manifest, ['kind'], 'value', `unknown kind "${kind}"`, near === undefined ? `kinds of ${apiVersion}: ${kinds.map((known) => known.kind).join(', ')}` : `did you mean "${near}"?`);
  }
  if (isOurs(written)) return fault(manifest, ['apiVersion'], 'value', `unknown version "${written}"`, `this program knows ${group}/${version}`);
  if (kindNamed(kind) === undefined || nearest(written, [apiVersion]) === undefined) return undefined;
  return fault(manifest, ['apiVersion'], 'value', `unknown API group "${written}"`, `did you mean "${apiVersion}"?`);
}

function faultsOf(manifest: Manifest, definition: KindDefinition, validate: ValidateFunction): readonly Fault[] {
  const wrong: readonly ErrorObject[] = validate(manifest.object) ? [] : (validate.errors ?? []);
  const bySchema = wrong.filter((error) => !isMisspelt(error)).map((error) => {
    const { path, part, message, hint } = explainSchemaError(error);
    return fault(manifest, path, part, message, hint);
  });
  const byRule = definition.check(manifest.object).map(({ path, message }) => fault(manifest, steps(path), 'value', message));
  return [...bySchema, ...byRule];
}

/** The same object in two places: the later one would silently win. */
function twice(manifests: readonly Manifest[]): readonly Fault[] {
  const first = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const { apiVersion: written, kind, metadata } = manifest.object;
    const identity = JSON.stringify([written.split('/').slice(0, -1).join('/'), kind, metadata.namespace ?? '', metadata.name]);
    const earlier = first.get(identity);
    if (earlier === undefined) return first.set(identity, manifest) && [];
    const place = locate(earlier.origin, ['metadata', 'name'], 'value');
    return [fault(manifest, ['metadata', 'name'], 'value', `${kind} "${metadata.name}" stands twice`, `the other one is at ${earlier.origin.file}:${place.line}`)];
  });
}
