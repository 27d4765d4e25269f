// PATCH with an applied configuration: server-side apply of an object or its status, also of one that is not there yet.
import { applyTo } from '../apply/apply.ts';
import { copy, isObject, type JsonObject, type KubeObject } from '../json.ts';
import { apiVersionOf } from '../resource.ts';
import { converterWords } from '../patch/strategic-words.ts';
import { badRequest, conflict, notFound, untypable } from '../status.ts';
import { ownership } from './admission.ts';
import { parseYaml, yamlFaults, type Parsed } from './body.ts';
import { decodeStruct, kindOfValue } from './go-types.ts';
import type { Answer, Call } from './call.ts';
import { change, create, targetOf } from './change.ts';
import type { WriteOptions } from './options.ts';
import { Unreadable } from './json-scan.ts';
import { checkIdentity, checkPlace, tidy } from './patched.ts';
import { liveObject } from './read.ts';

/** The body of an apply: YAML, of which JSON is a part. */
export async function parseConfiguration(text: string): Promise<Parsed> {
  const wrong = (why: string): Error => badRequest(`error decoding YAML: ${why}`);
  try {
    const parsed = await parseYaml(text);
    if (parsed.value !== null && !isObject(parsed.value)) throw wrong(`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kindOfValue(parsed.value)} into Go value of type map[string]interface {}`);
    return parsed;
  } catch (error) {
    throw error instanceof Unreadable ? wrong(`error converting YAML to JSON: ${error.fault}`) : error;
  }
}

/** A body that is no object of exactly this kind and version is not applied. */
function configuration(value: unknown, { resource }: Call): KubeObject {
  const given: JsonObject = isObject(value) ? value : {};
  const text = (key: string): string => (typeof given[key] === 'string' ? given[key] : '');
  const [apiVersion, kind] = [text('apiVersion'), text('kind')];
  if (apiVersion !== apiVersionOf(resource.group, resource.version) || kind !== resource.kind) {
    throw badRequest(`invalid object type: ${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`);
  }
  const metadata = isObject(given['metadata']) ? given['metadata'] : {};
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) throw badRequest('metadata.managedFields must be nil');
  return { ...given, apiVersion, kind, metadata };
}

/** From reading the live object to the commit nothing is waited for: two that apply at once each see what the other did. */
export async function apply(call: Call, parsed: Parsed, options: WriteOptions): Promise<Answer> {
  const { resource, name = '' } = call;
  const live = liveObject(call);
  if (!live && call.subresource) throw notFound(resource, name);
  const config = configuration(parsed.value, call);
  const object = copy(applyTo(live && { ...live, apiVersion: config.apiVersion }, config, options.force, ownership(targetOf(call), options, 'Apply')));
  if (resource.rules.typed) {
    const { fault } = decodeStruct(object, resource.kind);
    const of = `${apiVersionOf(resource.group || '', resource.version).replace(/^v/, '/v')}, Kind=${resource.kind}`;
    if (fault !== undefined) throw untypable(`failed to convert new object (${config.metadata.namespace ?? ''}/${config.metadata.name ?? ''}; ${of}) to proper version: unable to convert unstructured object to ${of}: ${converterWords(fault)}`);
  }
  tidy(object, resource);
  const warnings = repeatedFields(parsed, options);
  if (!live && object.metadata.uid) throw conflict(resource, name, `uid mismatch: the provided object specified uid ${object.metadata.uid}, and no existing object was found`);
  checkPlace(object, call);
  const keepOwners = (_live: KubeObject | undefined, made: KubeObject): KubeObject => made;
  if (!live) {
    // A version says which state is meant; of what is not there yet there is none, and it is not looked at.
    delete object.metadata.resourceVersion;
    return create(call, { object, warnings }, options, keepOwners);
  }
  checkIdentity(object, live, call);
  return change(call, live, { object, warnings }, options, keepOwners);
}

/** Fields that occur twice, told by their lines: warned of, or refused when that is asked for. */
function repeatedFields({ repeated = [], duplicates }: Parsed, { fieldValidation }: WriteOptions): readonly string[] {
  if (fieldValidation === 'Ignore') return [];
  const lines = [...repeated, ...duplicates.map((path) => `line 1: key ${JSON.stringify(path.split('.').at(-1))} already set in map`)];
  if (lines.length === 0 || fieldValidation === 'Warn') return lines;
  throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${yamlFaults(lines)}`);
}
