// An object as a patch left it: whether it is still an object, and still the one that the path names.
import type { KubeObject } from '../json.ts';
import { badRequest } from '../status.ts';
import type { Call } from './call.ts';

/** Puts an object that names no namespace into that of the path; refuses one that names another place. */
export function checkPlace({ metadata }: KubeObject, { resource, namespace, name = '' }: Call): void {
  if (metadata.namespace && metadata.namespace !== (resource.namespaced ? namespace : undefined)) throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (resource.namespaced && namespace) metadata.namespace = namespace;
  else delete metadata.namespace;
  if (!metadata.name) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (metadata.name !== name) throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}
