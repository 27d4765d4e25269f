// Finds what a resource request asks for, and does it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { methodNotAllowed, noSuchPath } from '../status.ts';
import { remove, removeCollection } from './delete.ts';
import { list } from './list.ts';
import { patch } from './patch.ts';
import type { Answer, Call, Parts } from './call.ts';
import type { ResourcePath } from './path.ts';
import { get } from './read.ts';
import { scale } from './scale.ts';
import { watch } from './watch.ts';
import { post, put } from './write.ts';

type Verb = (call: Call) => Answer | Promise<Answer | void>;

const wantsWatch = (query: URLSearchParams): boolean => ['true', '1', ''].includes(query.get('watch') ?? 'no');

/** One object can be watched by its own path: the name becomes a field selector. */
function watchOne(call: Call): Promise<void> {
  const query = new URLSearchParams(call.query);
  query.set('fieldSelector', [query.get('fieldSelector'), `metadata.name=${call.name}`].filter(Boolean).join(','));
  return watch({ ...call, query, name: undefined });
}

const onCollection: { readonly [method: string]: Verb } = { GET: (call) => (wantsWatch(call.query) ? watch(call) : list(call)), POST: post, DELETE: removeCollection };
const onObject: { readonly [method: string]: Verb } = { GET: (call) => (wantsWatch(call.query) ? watchOne(call) : get(call)), PUT: put, PATCH: patch, DELETE: remove };
const onStatus: { readonly [method: string]: Verb } = { GET: get, PUT: put, PATCH: patch };
const onScale: { readonly [method: string]: Verb } = { GET: scale, PUT: scale, PATCH: scale };

function verbsFor({ resource, name, subresource, namespace }: Call): { readonly [method: string]: Verb } {
  if (subresource === 'status' && resource.status) return onStatus;
  if (subresource === 'scale' && resource.scale) return onScale;
  if (subresource !== undefined) throw noSuchPath();
  if (name !== undefined) return resource.namespaced && namespace === undefined ? {} : onObject;
  return resource.namespaced && namespace === undefined ? { ...(onCollection['GET'] && { GET: onCollection['GET'] }) } : onCollection;
}

/** The answer to a resource request; undefined when a watch has been answered already. */
export async function dispatch(parts: Parts, path: ResourcePath, exchange: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly query: URLSearchParams }): Promise<Answer | undefined> {
  const resource = parts.registry.find(path.group, path.version, path.plural);
  if (!resource || (!resource.namespaced && path.namespace !== undefined)) throw noSuchPath();
  const call: Call = { ...parts, ...exchange, resource, namespace: path.namespace, name: path.name, subresource: path.subresource };
  const verb = verbsFor(call)[exchange.request.method === 'HEAD' ? 'GET' : (exchange.request.method ?? '')];
  if (!verb) throw methodNotAllowed();
  const answer = (await verb(call)) ?? undefined;
  if (!answer || !resource.warning) return answer;
  return { ...answer, warnings: [resource.warning, ...(answer.warnings ?? [])] };
}
