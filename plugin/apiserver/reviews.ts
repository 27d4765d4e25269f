// Answers who somebody is and what they may do: `kubectl auth whoami` and `kubectl auth can-i`. Nothing is stored.
import type { IncomingMessage } from 'node:http';
import { isAdministrator, userOfRequest, type User } from './auth.ts';
import type { JsonObject } from './json.ts';
import { mediaType, readBytes, readObject } from './rest/body.ts';
import type { Answer } from './rest/call.ts';
import type { ResourcePath } from './rest/path.ts';
import { protobufType } from './rest/protobuf.ts';
import { methodNotAllowed } from './status.ts';

const everything = { resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }], incomplete: false };

/** By group, version and plural; each makes the status from who asks. */
const kinds: { readonly [path: string]: { readonly kind: string; readonly status: (user: User) => JsonObject } } = {
  'authorization.k8s.io/v1/selfsubjectaccessreviews': { kind: 'SelfSubjectAccessReview', status: (user) => ({ allowed: isAdministrator(user) }) },
  'authorization.k8s.io/v1/selfsubjectrulesreviews': { kind: 'SelfSubjectRulesReview', status: (user) => (isAdministrator(user) ? everything : { resourceRules: [], nonResourceRules: [], incomplete: false }) },
  'authentication.k8s.io/v1/selfsubjectreviews': { kind: 'SelfSubjectReview', status: ({ name, groups }) => ({ userInfo: { username: name, groups: [...groups, 'system:authenticated'] } }) },
};

/** Undefined: the path asks for no review. Everybody with a certificate may ask about themselves. */
export async function review(request: IncomingMessage, path: ResourcePath | undefined): Promise<Answer | undefined> {
  const asked = path && path.name === undefined && path.namespace === undefined ? `${path.group}/${path.version}/${path.plural}` : '';
  const found = Object.hasOwn(kinds, asked) ? kinds[asked] : undefined;
  if (!found || !path) return undefined;
  const user = userOfRequest(request);
  if (request.method !== 'POST') throw methodNotAllowed();
  return { code: 201, body: { kind: found.kind, apiVersion: `${path.group}/${path.version}`, metadata: { creationTimestamp: null }, spec: await specOf(request, path, found.kind), status: found.status(user) } };
}

/** The answer does not depend on it: what kubectl sends in protobuf is read and not understood. */
async function specOf(request: IncomingMessage, path: ResourcePath, kind: string): Promise<unknown> {
  if (mediaType(request) !== protobufType) return (await readObject(request, { ...path, kind, rules: { typed: true } })).value['spec'] ?? {};
  await readBytes(request);
  return {};
}
