// What is said to a request that no route takes: the routes of compiled-in kinds and those of custom kinds say it differently.
import { badRequest, methodNotAllowed, noSuchPath, notFound, Nowhere, unsupportedMediaType, verbNotSupported } from '../status.ts';
import type { Resource } from '../resource.ts';
import { mediaType } from './body.ts';
import type { Call } from './call.ts';
import type { ResourcePath } from './path.ts';

const verbs: { readonly [method: string]: string } = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

const compiledIn = new Set(['', 'apiextensions.k8s.io', 'coordination.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io']);

/** No kind is served at this path. */
export const unserved = ({ group }: Pick<ResourcePath, 'group'>): Error => (compiledIn.has(group) ? noSuchPath() : new Nowhere());

/** Throws where the kind is not: a cluster-wide one in a namespace, one object of a namespaced one in none. */
export function checkPlace(resource: Resource, { namespace, name }: ResourcePath, method: string): void {
  if (!resource.namespaced && namespace !== undefined) throw unserved(resource);
  if (!resource.namespaced || namespace !== undefined) return;
  if (name !== undefined || (!resource.rules.typed && method !== 'GET')) throw unserved(resource);
}

/** Why a path that is served does not take the method. */
export function refusedMethod({ resource, name, subresource, request }: Call, patchTypes: readonly string[]): Error {
  if (resource.rules.typed) return subresource === undefined || resource.status ? methodNotAllowed() : noSuchPath();
  if (subresource !== undefined && !(subresource === 'status' && resource.status) && !(subresource === 'scale' && resource.scale)) return notFound(resource, name ?? '');
  if (name === undefined && request.method === 'PATCH' && !patchTypes.includes(mediaType(request))) return unsupportedMediaType(patchTypes);
  if (name === undefined && (request.method === 'PUT' || request.method === 'PATCH')) return badRequest('name must be provided');
  // A method that Kubernetes has no verb for is named by nothing.
  return verbNotSupported(resource, verbs[request.method ?? ''] ?? '');
}
