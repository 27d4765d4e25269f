// Lists: selectors, pages, and a later page that shows the same moment as the first.
import { isObject, type JsonObject, type KubeObject } from '../json.ts';
import { prefixOf } from '../resource.ts';
import { badRequest, expired, tooLargeVersion } from '../status.ts';
import type { Answer, Call } from './call.ts';
import { presentList } from './present.ts';
import { fieldSelector, labelSelector, type Matches } from './selectors.ts';

export const collectionPrefix = ({ resource, namespace }: Call): string =>
  prefixOf(resource) + (resource.namespaced && namespace ? `${namespace}/` : '');

/** What the client selects. A name in the path of a watch is a field selector in other words. */
export function matcher({ query, resource }: Call): Matches {
  const labels = labelSelector(query.get('labelSelector'));
  const fields = fieldSelector(query.get('fieldSelector'), resource);
  return (object) => labels(object) && fields(object);
}

export function revisionParameter(value: string | null): number {
  if (!value) return 0;
  if (!/^\d{1,15}$/.test(value)) throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(value)}: strconv.ParseUint: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
}

const lost = (): Error => expired('The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.');

function readContinue(token: string): { readonly revision: number; readonly after: string } {
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    read = undefined;
  }
  if (!isObject(read) || typeof read['rv'] !== 'number' || typeof read['start'] !== 'string' || read['v'] !== 'meta.k8s.io/v1') throw badRequest('continue key is not valid: it was not made by this server');
  return { revision: read['rv'], after: read['start'] };
}

/** The collection as it was at a revision, by undoing what the history says happened since. */
function entriesAt(call: Call, prefix: string, revision: number, after: string): Iterable<readonly [string, KubeObject]> {
  const { store } = call;
  if (revision === store.revision) return store.range(prefix, after);
  const changes = store.history.since(revision);
  if (!changes) throw lost();
  const ours = changes.filter(({ key }) => key.startsWith(prefix) && key > after);
  if (ours.length === 0) return store.range(prefix, after);
  const then = new Map(store.range(prefix, after));
  for (const { key, previous } of ours.toReversed()) {
    if (previous) then.set(key, previous);
    else then.delete(key);
  }
  return [...then].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

export function list(call: Call): Answer {
  const { query, store } = call;
  const prefix = collectionPrefix(call);
  const limit = query.get('limit') ? revisionParameter(query.get('limit')) : 0;
  const token = query.get('continue');
  const asked = revisionParameter(query.get('resourceVersion'));
  const exact = query.get('resourceVersionMatch') === 'Exact';
  if (token && asked > 0) throw badRequest('specifying resource version is not allowed when using continue');
  if (asked > store.revision) throw tooLargeVersion(asked, store.revision);
  const { revision, after } = token ? readContinue(token) : { revision: exact && asked > 0 ? asked : store.revision, after: '' };
  const matches = matcher(call);
  const found: KubeObject[] = [];
  let last = '';
  let more = 0;
  for (const [key, object] of entriesAt(call, prefix, revision, after && prefix + after)) {
    if (!matches(object)) continue;
    if (limit > 0 && found.length === limit) {
      more++;
      continue;
    }
    found.push(object);
    last = key.slice(prefix.length);
  }
  const metadata: JsonObject = { resourceVersion: String(revision) };
  if (more > 0) {
    metadata['continue'] = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: last })).toString('base64url');
    if (!query.get('labelSelector') && !query.get('fieldSelector')) metadata['remainingItemCount'] = more;
  }
  return { code: 200, body: presentList(found, metadata, call) };
}
