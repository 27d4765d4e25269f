// Lists: selectors, pages, and a later page that shows the same moment as the first.
import type { JsonObject, KubeObject } from '../json.ts';
import { prefixOf } from '../resource.ts';
import { badRequest, expired } from '../status.ts';
import type { Answer, Call } from './call.ts';
import { behind, decodePosition, encodePosition, ExpiredPage } from './continue.ts';
import { untilRevision } from './fresh.ts';
import { listOptions, revisionOf, type ListOptions } from './list-options.ts';
import { presentList } from './present.ts';

export const collectionPrefix = ({ resource, namespace }: Pick<Call, 'resource' | 'namespace'>): string =>
  prefixOf(resource) + (resource.namespaced && namespace ? `${namespace}/` : '');

interface Moment {
  readonly revision: number;
  /** Relative to the collection. */
  readonly from: string;
  /** Of a later page: what a client is told when the moment is forgotten. */
  readonly paging: boolean;
}

/** Which moment the client wants to see, once the store has come to it. */
async function momentOf({ store }: Call, { continue: token, resourceVersion, resourceVersionMatch: match, limit }: ListOptions): Promise<Moment> {
  if (token) {
    const { revision, from } = decodePosition(token);
    if (resourceVersion && resourceVersion !== '0') throw badRequest('specifying resource version is not allowed when using continue');
    return { revision: revision < 0 ? store.revision : revision, from, paging: revision > 0 };
  }
  const asked = revisionOf(resourceVersion, 'invalid resource version: ');
  await untilRevision(store, asked);
  // A page of a version means that version exactly, since long before there was a word for it.
  const exact = match === 'Exact' || (match === '' && limit > 0);
  return { revision: exact && asked > 0 ? asked : store.revision, from: '', paging: false };
}

function* fromHere({ store }: Call, prefix: string, from: string): Generator<readonly [string, KubeObject]> {
  const first = from && store.get(prefix + from);
  if (first) yield [prefix + from, first];
  yield* store.range(prefix, from && prefix + from);
}

/** The collection as it was at a revision, by undoing what the history says happened since. */
function entriesAt(call: Call, prefix: string, { revision, from, paging }: Moment): Iterable<readonly [string, KubeObject]> {
  const { store } = call;
  if (revision === store.revision) return fromHere(call, prefix, from);
  const changes = store.history.since(revision);
  if (!changes) throw paging ? new ExpiredPage(from) : expired('The resourceVersion for the provided list is too old.');
  const ours = changes.filter(({ key }) => key.startsWith(prefix) && key >= prefix + from);
  if (ours.length === 0) return fromHere(call, prefix, from);
  const then = new Map(fromHere(call, prefix, from));
  for (const { key, previous } of ours.toReversed()) {
    if (previous) then.set(key, previous);
    else then.delete(key);
  }
  return [...then].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

export async function list(call: Call): Promise<Answer> {
  const asked = listOptions(call.query, call.resource);
  // "Any version will do" is answered from memory on a real server, whole: clients count on getting no pages then.
  const options = asked.resourceVersion === '0' ? { ...asked, limit: 0 } : asked;
  const prefix = collectionPrefix(call);
  const moment = await momentOf(call, options);
  const found: KubeObject[] = [];
  let last = '';
  let more = 0;
  for (const [key, object] of entriesAt(call, prefix, moment)) {
    if (options.limit > 0 && found.length === options.limit) {
      more++;
      // What is left is counted only for who is told.
      if (options.selects) break;
    } else {
      last = key;
      if (options.matches(object)) found.push(object);
    }
  }
  const metadata: JsonObject = { resourceVersion: String(moment.revision) };
  if (more > 0) {
    metadata['continue'] = encodePosition({ revision: moment.revision, from: behind(last.slice(prefix.length)) });
    if (!options.selects) metadata['remainingItemCount'] = more;
  }
  return { code: 200, body: presentList(found, metadata, call) };
}
