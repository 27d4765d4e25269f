// Checks every object of our API group before anything is sent: its kind, its schema, and the rules that span fields.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { group, version, apiVersion } from '../../operator/api/group.ts';
import { jsonSchema } from '../../operator/api/json-schema.ts';
import { kindNamed, kinds } from '../../operator/api/kinds.ts';
import type { KindDefinition, KubeObject } from '../../operator/api/object.ts';
import { nearest } from '../nearest.ts';
import type { FaultCode } from './codes.ts';
import { explainSchemaError, isMisspelt, shown, steps } from './explain.ts';
import { hidden, isSecret } from './mask.ts';
import { brokenRules } from './rules.ts';
import { byPlace, fieldName, locate, type Fault, type ObjectName, type Path } from './position.ts';
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
    const definition = definitionOf(manifest.object);
    return definition === undefined ? [] : [...schemaFaults(manifest, validator(definition)), ...ruleFaults(manifest, definition)];
  });
  return [...faults, ...twice(manifests)].toSorted(byPlace);
}

const isOurs = (written: string): boolean => written.split('/')[0] === group;

/** Of a kind that is checked here; undefined for all others. */
export const definitionOf = ({ apiVersion: written, kind }: KubeObject): KindDefinition | undefined => (isOurs(written) ? kindNamed(kind) : undefined);

/** A fault of one object at one of its fields. */
export function faultAt({ origin, object }: Manifest, code: FaultCode, path: Path, { message, hint, part = 'value' }: { readonly message: string; readonly hint?: string | undefined; readonly part?: 'key' | 'value' }): Fault {
  return {
    code,
    file: origin.file,
    ...locate(origin, path, part),
    object: objectName(object),
    field: fieldName(path),
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(origin.generated ? { generated: true } : {}),
  };
}

const objectName = ({ kind, metadata: { namespace, name } }: KubeObject): ObjectName => ({ kind, ...(namespace === undefined ? {} : { namespace }), name });

/** A kind or a version that this program does not know; a slip in the group itself when the kind is one of ours. */
function wrongKind(manifest: Manifest): Fault | undefined {
  const { apiVersion: written, kind } = manifest.object;
  if (written === apiVersion) {
    if (kindNamed(kind) !== undefined) return undefined;
    const near = nearest(kind, kinds.map((known) => known.kind));
    const hint = near === undefined ? `kinds of ${apiVersion}: ${kinds.map((known) => known.kind).join(', ')}` : `did you mean "${near}"?`;
    return faultAt(manifest, 'unknown-kind', ['kind'], { message: `unknown kind "${kind}"`, hint });
  }
  if (isOurs(written)) return faultAt(manifest, 'unknown-version', ['apiVersion'], { message: `unknown version "${written}"`, hint: `this program knows ${group}/${version}` });
  if (kindNamed(kind) === undefined || nearest(written, [apiVersion]) === undefined) return undefined;
  return faultAt(manifest, 'unknown-group', ['apiVersion'], { message: `unknown API group "${written}"`, hint: `did you mean "${apiVersion}"?` });
}

/** What a compiled schema has against an object. */
export function schemaFaults(manifest: Manifest, validate: ValidateFunction): readonly Fault[] {
  const wrong: readonly ErrorObject[] = validate(manifest.object) ? [] : (validate.errors ?? []);
  return wrong.filter((error) => !isMisspelt(error)).map((error) => {
    const { code, path, ...said } = explainSchemaError(error);
    // A value that is not text, or not base64, may be a password all the same, and a pipeline's log is read by many.
    const isHidden = isSecret(manifest.object) && /^\/(data|stringData)\b/.test(error.instancePath);
    return faultAt(manifest, code, path, isHidden ? { ...said, message: said.message.replaceAll(shown(error.data), hidden) } : said);
  });
}

/** The rules of the definition, run as an API server runs them, and what the check of the kind says beyond them, each fault once. */
function ruleFaults(manifest: Manifest, definition: KindDefinition): readonly Fault[] {
  const checked = definition.check(manifest.object).map(({ path, message }) => ({ path: steps(path), message }));
  const isTold = (path: Path): boolean => checked.some((one) => path.every((step, index) => one.path[index] === step));
  const ruled = brokenRules(definition, manifest.object).filter(({ path }) => !isTold(path));
  return [...checked, ...ruled].map(({ path, message }) => faultAt(manifest, 'rule', path, { message }));
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
    const where = earlier.origin.generated ? `what ${earlier.origin.file} builds to` : `${earlier.origin.file}:${place.line}`;
    return [faultAt(manifest, 'duplicate-object', ['metadata', 'name'], { message: `${kind} "${metadata.name}" stands twice`, hint: `the other one is at ${where}` })];
  });
}
