// The paths of the OpenAPI documents: every operation of every kind, as Kubernetes names and describes it.
import type { JsonObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import { publishedParameter } from './lookup.ts';
import { kindOf, reference, schemaName } from './schemas.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const scaleSchema = 'io.k8s.api.autoscaling.v1.Scale';

const listParameters = ['allowWatchBookmarks', 'continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'timeoutSeconds', 'watch'];
const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation'];
const patchParameters = ['dryRun', 'fieldManagerOfPatch', 'fieldValidation', 'force'];
const deleteParameters = ['dryRun', 'gracePeriodSeconds', 'ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents', 'propagationPolicy'];

function parameter(name: string): JsonObject {
  const { type, description } = publishedParameter(name);
  return { name: name.replace('OfPatch', ''), in: 'query', description, schema: { type, uniqueItems: true } };
}
const inPath = (name: string, description: string): JsonObject => ({ name, in: 'path', description, required: true, schema: { type: 'string', uniqueItems: true } });

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
/** Many things have no article. */
const oneOf = (kind: string): string => (kind.endsWith('s') ? kind : `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`);

/** `Core`, `Coordination`, `ClrkApoxyDev`. */
const groupWord = ({ group, rules }: Resource): string => (group === '' ? 'Core' : rules.typed ? capital(group.split('.')[0] ?? '') : group.split(/[.-]/).map(capital).join(''));

interface Operation {
  readonly action: string;
  readonly verb: string;
  readonly words: string;
  /** What stands before the kind in the name of the operation. */
  readonly before?: string;
  readonly after?: string;
  readonly parameters?: readonly string[];
  readonly answers: Readonly<Record<number, string>>;
  readonly body?: string;
  readonly bodyTypes?: readonly string[];
  readonly bodyRequired?: boolean;
  readonly lists?: boolean;
}

const statusWords: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

class Operations {
  readonly #resource: Resource;
  readonly #name: string;
  constructor(resource: Resource) {
    this.#resource = resource;
    this.#name = schemaName(resource);
  }

  #operation({ action, verb, words, before = '', after = '', lists = false, ...of }: Operation): JsonObject {
    const resource = this.#resource;
    const { typed = false } = resource.rules;
    const types = ['application/json', ...(typed && lists ? ['application/json;stream=watch'] : []), ...(typed ? ['application/vnd.kubernetes.protobuf'] : []), ...(typed && lists ? ['application/vnd.kubernetes.protobuf;stream=watch'] : []), 'application/yaml'];
    const holding = (names: readonly string[], schema: string): JsonObject => Object.fromEntries(names.map((type) => [type, { schema: reference(schema) }]));
    const word = groupWord(resource);
    const place = resource.namespaced && after !== 'ForAllNamespaces' ? 'Namespaced' : '';
    return {
      tags: [`${word.charAt(0).toLowerCase()}${word.slice(1)}_${resource.version}`], description: words, operationId: `${verb}${word}${capital(resource.version)}${before}${place}${resource.kind}${after}`,
      ...(of.parameters && { parameters: of.parameters.map(parameter) }),
      ...(of.body && { requestBody: { content: holding(of.bodyTypes ?? (typed ? ['*/*'] : ['application/json', 'application/yaml']), of.body), ...(of.bodyRequired !== false && { required: true }) } }),
      responses: { ...Object.fromEntries(Object.entries(of.answers).map(([code, schema]) => [code, { description: statusWords[Number(code)], content: holding(types, schema) }])), 401: { description: 'Unauthorized' } },
      'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': kindOf(resource),
    };
  }

  list(after = ''): JsonObject {
    const { kind, rules } = this.#resource;
    return this.#operation({ action: 'list', verb: 'list', words: `list ${rules.typed ? 'or watch ' : ''}objects of kind ${kind}`, after, lists: true, answers: { 200: `${this.#name}List` }, ...(after === '' && { parameters: listParameters }) });
  }

  collection(): JsonObject {
    const { kind, rules } = this.#resource;
    const name = this.#name;
    const removing: Operation = { action: 'deletecollection', verb: 'delete', words: `delete collection of ${kind}`, before: 'Collection', answers: { 200: `${meta}.Status` } };
    const all = rules.typed
      ? { ...removing, parameters: [...listParameters.filter((one) => one !== 'allowWatchBookmarks' && one !== 'watch'), ...deleteParameters].toSorted((a, b) => (a < b ? -1 : 1)), body: `${meta}.DeleteOptions`, bodyRequired: false }
      : { ...removing, parameters: listParameters };
    return {
      get: this.list(),
      post: this.#operation({ action: 'post', verb: 'create', words: `create ${oneOf(kind)}`, parameters: writeParameters, body: name, answers: { 200: name, 201: name, 202: name } }),
      ...(!rules.noCollection && { delete: this.#operation(all) }),
    };
  }

  /** The object, or a subresource of it. */
  object(part: '' | 'Status' | 'Scale' = ''): JsonObject {
    const { kind, rules } = this.#resource;
    const schema = part === 'Scale' ? scaleSchema : this.#name;
    const of = `${part ? `${part.toLowerCase()} of ` : ''}the specified ${kind}`;
    const deleted = rules.returnsDeleted ? schema : `${meta}.Status`;
    const patchTypes = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json', ...(rules.strategic ? ['application/strategic-merge-patch+json'] : [])];
    return {
      get: this.#operation({ action: 'get', verb: 'read', words: `read ${of}`, after: part, answers: { 200: schema }, ...(!rules.typed && { parameters: ['resourceVersion'] }) }),
      put: this.#operation({ action: 'put', verb: 'replace', words: `replace ${of}`, after: part, parameters: writeParameters, body: schema, answers: { 200: schema, 201: schema } }),
      patch: this.#operation({ action: 'patch', verb: 'patch', words: `partially update ${of}`, after: part, parameters: patchParameters, body: `${meta}.Patch`, bodyTypes: patchTypes, answers: { 200: schema, ...(rules.typed && { 201: schema }) } }),
      ...(part === '' && { delete: this.#operation({ action: 'delete', verb: 'delete', words: `delete ${oneOf(kind)}`, parameters: deleteParameters, body: `${meta}.DeleteOptions`, bodyRequired: false, answers: { 200: deleted, 202: deleted } }) }),
    };
  }
}

/** The paths of some resources, in the form of version 3. */
export function paths(resources: readonly Resource[]): JsonObject {
  const made: JsonObject = {};
  const namespace = inPath('namespace', 'object name and auth scope, such as for teams and projects');
  for (const resource of resources) {
    const operations = new Operations(resource);
    const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
    const base = `${root}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
    const place = [...(resource.namespaced ? [namespace] : []), parameter('pretty')];
    const one = [inPath('name', `name of the ${resource.kind}`), ...place];
    made[base] = { ...operations.collection(), parameters: place };
    made[`${base}/{name}`] = { ...operations.object(), parameters: one };
    if (resource.status) made[`${base}/{name}/status`] = { ...operations.object('Status'), parameters: one };
    if (resource.scale) made[`${base}/{name}/scale`] = { ...operations.object('Scale'), parameters: one };
    if (resource.namespaced) made[`${root}/${resource.plural}`] = { get: operations.list('ForAllNamespaces'), parameters: [...listParameters, 'pretty'].toSorted((a, b) => (a < b ? -1 : 1)).map(parameter) };
  }
  return Object.fromEntries(Object.entries(made).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
