// Finds what a resource request asks for, and does it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../status.ts';
import { remove, removeCollection } from './delete.ts';
import { list } from './list.ts';
import { accepted, patch } from './patch.ts';
import type { Answer, Call, Parts } from './call.ts';
import type { ResourcePath } from './path.ts';
import { get } from './read.ts';
import { scale } from './scale.ts';
import { watch } from './watch.ts';
import { checkPlace, refusedMethod, unserved } from './unrouted.ts';
import { post, put } from './write.ts';

type Verb = (call: Call) => Answer | Promise<Answer | void>;

/** Everything but these two is a wish to watch, a name without a value too. */
const wantsWatch = (query: URLSearchParams): boolean => query.has('watch') && !['false', '0'].includes((query.get('watch') ?? '').toLowerCase());

const onCollection: { readonly [method: string]: Verb } = { GET: (call) => (wantsWatch(call.query) ? watch(call) : list(call)), POST: post, DELETE: removeCollection };
const onObject: { readonly [method: string]: Verb } = { GET: get, PUT: put, PATCH: patch, DELETE: remove };
const onStatus: { readonly [method: string]: Verb } = { GET: get, PUT: put, PATCH: patch };
const onScale: { readonly [method: string]: Verb } = { GET: scale, PUT: scale, PATCH: scale };

/** The old paths below /watch/: one object is a collection of one. */
const onOldWatch: { readonly [method: string]: Verb } = { GET: (call) => watch({ ...call, name: undefined }, call.name) };

function verbsFor({ resource, name, subresource, namespace }: Call, watching: boolean): { readonly [method: string]: Verb } {
  if (watching) return subresource === undefined ? onOldWatch : {};
  if (subresource === 'status' && resource.status) return onStatus;
  if (subresource === 'scale' && resource.scale) return onScale;
  if (subresource === 'finalize' && resource.kind === 'Namespace' && resource.group === '') return { PUT: put };
  if (subresource !== undefined) return {};
  // The routes of custom kinds look at the method alone: a create is a create also below a name.
  if (name !== undefined) return resource.rules.typed ? onObject : { ...onObject, POST: post };
  return resource.namespaced && namespace === undefined ? { ...(onCollection['GET'] && { GET: onCollection['GET'] }) } : onCollection;
}

/** The answer to a resource request; undefined when a watch has been answered already. */
export async function dispatch(parts: Parts, path: ResourcePath, exchange: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly query: URLSearchParams }): Promise<Answer | undefined> {
  const resource = parts.registry.find(path.group, path.version, path.plural);
  if (!resource) throw unserved(path);
  checkPlace(resource, path, exchange.request.method ?? '');
  const call: Call = { ...parts, ...exchange, resource, namespace: path.namespace, name: path.name, subresource: path.subresource };
  const answer = (await answerTo(call, path.watching)) ?? undefined;
  if (!answer || !resource.warning) return answer;
  return { ...answer, warnings: [resource.warning, ...(answer.warnings ?? [])] };
}

async function answerTo(call: Call, watching: boolean): Promise<Answer | void> {
  const { resource, request } = call;
  const method = request.method ?? '';
  try {
    const verb = verbsFor(call, watching)[method === 'HEAD' && !resource.rules.typed ? 'GET' : method];
    if (!verb) throw refusedMethod(call, accepted(resource));
    return await verb(call);
  } catch (error) {
    if (error instanceof ApiError && resource.warning) error.warnings = [resource.warning, ...error.warnings];
    throw error;
  }
}
