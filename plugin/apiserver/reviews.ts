// Answers who somebody is and what they may do: `kubectl auth whoami` and `kubectl auth can-i`. Nothing is stored.
import type { IncomingMessage } from 'node:http';
import { decide, rulesOf, type Decision } from './access.ts';
import { recordUpdate } from './apply/apply.ts';
import type { User } from './auth.ts';
import { at, isObject, list, text, type JsonObject, type KubeObject, type Meta } from './json.ts';
import { readObject } from './rest/body.ts';
import { timestamp, type Answer } from './rest/call.ts';
import { setOf } from './apply/field-set.ts';
import type { ResourcePath } from './rest/path.ts';
import type { Schema } from './schema/schema.ts';
import { badRequest, fieldError, invalid, methodNotAllowed, type FieldError } from './status.ts';

interface Kind {
  readonly kind: string;
  readonly namespaced?: boolean;
  readonly check?: (spec: JsonObject, namespace: string | undefined) => readonly FieldError[];
  readonly status: (spec: JsonObject, user: User) => object;
}

const capitals = (value: JsonObject): JsonObject => Object.fromEntries(Object.keys(value).toSorted().map((key) => [key[0]?.toUpperCase() + key.slice(1), value[key]]));

function oneQuestion(spec: JsonObject): readonly FieldError[] {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (isObject(resource) && isObject(path)) return [fieldError.invalid('spec.nonResourceAttributes', capitals(path), 'cannot be specified in combination with resourceAttributes')];
  if (isObject(resource) || isObject(path)) return [];
  return [fieldError.invalid('spec.resourceAttributes', undefined, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')];
}

function somebody(spec: JsonObject): readonly FieldError[] {
  const isSaid = text(spec['user']) !== '' || list(spec['groups']).length > 0;
  return [...oneQuestion(spec), ...(isSaid ? [] : [fieldError.invalid('spec.user', '', 'at least one of user or group must be specified')])];
}

function inNamespace(spec: JsonObject, namespace: string | undefined): readonly FieldError[] {
  const asked = at(spec, 'resourceAttributes', 'namespace');
  return [
    ...somebody(spec), ...(isObject(spec['resourceAttributes']) && text(asked) !== namespace ? [fieldError.invalid('spec.resourceAttributes.namespace', text(asked), 'must match metadata.namespace')] : []),
    ...(isObject(spec['nonResourceAttributes']) ? [fieldError.invalid('spec.nonResourceAttributes', capitals(spec['nonResourceAttributes']), 'disallowed on this kind of request')] : []),
  ];
}

function answered(spec: JsonObject, user: User): Decision {
  const path = spec['nonResourceAttributes'];
  if (isObject(path)) return decide(user, { verb: text(path['verb']), path: text(path['path']) });
  const { verb, group, resource, subresource } = isObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
  return decide(user, { verb: text(verb), group: text(group), resource: text(resource), subresource: text(subresource) });
}

const other = (spec: JsonObject): User => ({ name: text(spec['user']), groups: list(spec['groups']).map(text) });

/** By group, version and plural. */
const kinds: { readonly [path: string]: Kind } = {
  'authorization.k8s.io/v1/selfsubjectaccessreviews': { kind: 'SelfSubjectAccessReview', check: oneQuestion, status: answered },
  'authorization.k8s.io/v1/subjectaccessreviews': { kind: 'SubjectAccessReview', check: somebody, status: (spec) => answered(spec, other(spec)) },
  'authorization.k8s.io/v1/localsubjectaccessreviews': { kind: 'LocalSubjectAccessReview', namespaced: true, check: inNamespace, status: (spec) => answered(spec, other(spec)) },
  'authorization.k8s.io/v1/selfsubjectrulesreviews': { kind: 'SelfSubjectRulesReview', status: (_spec, user) => rulesOf(user) },
  'authentication.k8s.io/v1/selfsubjectreviews': { kind: 'SelfSubjectReview', status: (_spec, { name, groups }) => ({ userInfo: { username: name, groups } }) },
};

const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
const atom: Schema = { type: 'array', 'x-kubernetes-list-type': 'atomic', items: { type: 'string' } };
const schema: Schema = { type: 'object', properties: { spec: { type: 'object', properties: { resourceAttributes: anything, nonResourceAttributes: anything, groups: atom, user: { type: 'string' }, uid: { type: 'string' }, namespace: { type: 'string' } } } } };

/** Kubernetes notes the owner of every field that is sent to it, here too. */
function withOwner(object: KubeObject, request: IncomingMessage): KubeObject {
  const name = /^[^/\s]{1,128}/.exec(request.headers['user-agent'] ?? '')?.[0] ?? 'unknown';
  const writer = { name, operation: 'Update', apiVersion: object.apiVersion, subresource: '' } as const;
  const blank: KubeObject = { apiVersion: object.apiVersion, kind: object.kind, metadata: {}, spec: {} };
  return recordUpdate(undefined, object, { schemaOf: () => schema, now: timestamp(), blank, ignored: setOf(), writer });
}

/** Undefined: the path asks for no review. Whether the user may ask is decided before. */
export async function review(request: IncomingMessage, path: ResourcePath, user: User): Promise<Answer | undefined> {
  const key = `${path.group}/${path.version}/${path.plural}`;
  const found = Object.hasOwn(kinds, key) && path.name === undefined ? kinds[key] : undefined;
  if (!found || (path.namespace !== undefined) !== (found.namespaced ?? false)) return undefined;
  if (request.method !== 'POST') throw methodNotAllowed();
  const { value } = await readObject(request, { ...path, kind: found.kind, rules: { typed: true } });
  const spec = isObject(value['spec']) ? value['spec'] : {};
  const errors = found.check?.(spec, path.namespace) ?? [];
  if (errors.length > 0) throw invalid({ group: path.group, plural: path.plural, kind: '' }, '', errors);
  const isRules = found.kind === 'SelfSubjectRulesReview';
  if (isRules && !spec['namespace']) throw badRequest('no namespace on request');
  const metadata: Meta = { ...(path.namespace !== undefined && { namespace: path.namespace }) };
  const apiVersion = `${path.group}/${path.version}`;
  const isSelf = found.kind === 'SelfSubjectReview';
  const made: KubeObject = { kind: found.kind, apiVersion, metadata, ...(!isSelf && { spec: isRules ? {} : spec }) };
  const body = isSelf || isRules ? made : withOwner(made, request);
  return { code: 201, body: { ...body, status: found.status(spec, user) } };
}
