// Stores created and changed objects: the last steps that create, update, patch and apply share.
import { randomBytes } from 'node:crypto';
import { definitions, namespaces } from '../core/kinds.ts';
import { equal, type KubeObject } from '../json.ts';
import { keyOf, prefixOf, splitApiVersion } from '../resource.ts';
import type { Schema } from '../schema/schema.ts';
import { alreadyExists, forbidden, notFound, Nowhere, untypable } from '../status.ts';
import { checkPreconditions, checkValid, completeChanged, completeNew, fillIn, givenVersion, owned, sameButForTimes, warningsOf, wipe, type Target } from './admission.ts';
import type { Answer, Call } from './call.ts';
import type { WriteOptions } from './options.ts';
import { present } from './present.ts';

export function targetOf({ resource, namespace, name, subresource, request, registry }: Call): Target {
  const agent = /^[^/\s]{1,128}/.exec(request.headers['user-agent'] ?? '')?.[0] ?? 'unknown';
  const schemaOf = (apiVersion: string): Schema | undefined => {
    const { group, version } = splitApiVersion(apiVersion);
    return group === resource.group ? registry.find(group, version, resource.plural)?.schema : undefined;
  };
  return { resource, namespace, name, subresource, agent, schemaOf };
}

/** Objects live in namespaces that are there and stay. */
function checkNamespace({ store, resource, namespace }: Call, name: string): void {
  if (!resource.namespaced || !namespace) return;
  const found = store.head(keyOf(namespaces, undefined, namespace));
  if (!found) throw notFound(namespaces, namespace);
  if (found.metadata.deletionTimestamp) {
    throw forbidden(resource, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }]);
  }
}

/** A kind that ends takes no new objects. */
function checkKind({ store, resource }: Call, name: string): void {
  if (resource.rules.typed) return;
  const definition = store.head(keyOf(definitions, undefined, `${resource.plural}.${resource.group}`));
  // It may have gone while the body was on its way: what is stored now would be there again with the next definition of that name.
  if (!definition) throw new Nowhere();
  if (definition.metadata.deletionTimestamp) throw forbidden(resource, name, 'create not allowed while custom resource definition is terminating');
}

/** What is stored is in the storage version; only apiVersion differs. */
function toStorage(object: KubeObject, { resource }: Call): KubeObject {
  const version = resource.group ? `${resource.group}/${resource.storageVersion}` : resource.storageVersion;
  return object.apiVersion === version ? object : { ...object, apiVersion: version };
}

function siblingsOf({ store, resource, namespace }: Call, name: string): () => readonly KubeObject[] {
  const own = keyOf(resource, namespace, name);
  return () => store.heads(prefixOf(resource)).filter(([key]) => key !== own).map(([, other]) => other);
}

export interface Made {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** Stores a new object. `finish` gives it its owners. */
export async function create(call: Call, sent: Made, options: WriteOptions, finish = owned): Promise<Answer> {
  const target = targetOf(call);
  const { object } = sent;
  const { metadata } = object;
  const version = givenVersion(object);
  if (!metadata.name && typeof metadata.generateName === 'string' && metadata.generateName) metadata.name = generated(metadata.generateName);
  checkNamespace(call, metadata.name ?? '');
  checkKind(call, metadata.name ?? '');
  wipe(object);
  fillIn(object, target);
  const made = finish(undefined, object, target, options);
  const siblings = siblingsOf(call, metadata.name ?? '');
  completeNew(made, target, siblings);
  const passed = checkValid(made, undefined, target, siblings);
  const key = keyOf(call.resource, call.namespace, made.metadata.name ?? '');
  if (version !== undefined && call.request.method === 'POST') throw untypable('resourceVersion should not be set on objects to be created');
  if (call.store.head(key)) throw alreadyExists(call.resource, made.metadata.name ?? '');
  const stored = options.dryRun ? made : ((await call.store.commit(key, toStorage(made, call))).object ?? made);
  return { code: 201, body: present(stored, call), warnings: [...sent.warnings, ...passed, ...warningsOf(made, undefined, target)] };
}

/** Random letters without vowels and look-alikes, as Kubernetes makes them. */
function generated(prefix: string): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  return prefix.slice(0, 58) + [...randomBytes(5)].map((byte) => letters[byte % letters.length]).join('');
}

/** Stores a changed object, unless nothing changed. An object that waits only for its finalizers goes with the last of them. */
export async function change(call: Call, live: KubeObject, sent: Made, options: WriteOptions, finish = owned): Promise<Answer> {
  const target = targetOf(call);
  const { resource, store } = call;
  checkPreconditions(sent.object, live, target);
  const siblings = siblingsOf(call, live.metadata.name ?? '');
  fillIn(sent.object, target);
  const made = completeChanged(finish(live, sent.object, target, options), live, target, siblings);
  made.metadata.resourceVersion = live.metadata.resourceVersion ?? '';
  if (live.metadata.managedFields && sameButForTimes(made, live)) made.metadata.managedFields = live.metadata.managedFields;
  const passed = checkValid(made, live, target, siblings);
  const warnings = [...sent.warnings, ...passed, ...warningsOf(made, live, target)];
  const stored = toStorage(made, call);
  const key = keyOf(resource, call.namespace, live.metadata.name ?? '');
  const gone = made.metadata.deletionTimestamp !== undefined && (made.metadata.finalizers ?? []).length === 0 && !waits(stored);
  const answer = (object: KubeObject): Answer => ({ code: 200, body: present(object, call), warnings });
  if (options.dryRun || (equal(stored, toStorage(live, call)) && !gone)) return answer(stored);
  const committed = await store.commit(key, gone ? undefined : stored);
  return answer(committed.object ?? made);
}

/** A namespace waits for its own finalizers, in its spec. */
function waits(object: KubeObject): boolean {
  const spec = object['spec'] as { finalizers?: readonly string[] } | undefined;
  return object.kind === 'Namespace' && object.apiVersion === 'v1' && (spec?.finalizers ?? []).length > 0;
}
