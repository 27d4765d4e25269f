// Watches: what happened since a revision, then everything as it happens, as one JSON line each.
import type { JsonObject, KubeObject } from '../json.ts';
import { badRequest, expired, tooLargeVersion } from '../status.ts';
import type { Change } from '../store/history.ts';
import type { Call } from './call.ts';
import { collectionPrefix, matcher, revisionParameter } from './list.ts';
import { bookmark, eventPresenter, inVersion } from './present.ts';

/** A client that lets this much wait unread is cut off; it resumes from where it stood. */
const mostBuffered = 8 * 1024 * 1024;
const bookmarkEveryMs = 60_000;

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/** What a change means to somebody who sees only the objects that match. */
function eventOf({ object, previous, revision }: Change, matches: (object: KubeObject) => boolean): Event | undefined {
  const was = previous !== undefined && matches(previous);
  const is = object !== undefined && matches(object);
  if (is && object) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was || !previous) return undefined;
  // The last state, with the revision of its end: the client resumes behind it.
  const last = object ?? previous;
  return { type: 'DELETED', object: { ...last, metadata: { ...last.metadata, resourceVersion: String(revision) } } };
}

function started(call: Call): { readonly initial: readonly KubeObject[]; readonly changes: readonly Change[]; readonly marked: boolean } {
  const { query, store } = call;
  const asked = query.get('resourceVersion');
  const since = revisionParameter(asked);
  const initialEvents = query.get('sendInitialEvents');
  if (initialEvents !== null && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw badRequest('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (since > store.revision) throw tooLargeVersion(since, store.revision);
  const marked = initialEvents === 'true';
  if (marked || (since === 0 && initialEvents !== 'false')) {
    return { initial: [...store.range(collectionPrefix(call))].map(([, object]) => object), changes: [], marked };
  }
  const changes = since === 0 ? [] : store.history.since(since);
  if (!changes) throw expired(`too old resource version: ${since} (${store.history.oldest})`);
  return { initial: [], changes, marked };
}

/** Streams until the client goes, the time is over, or the client reads too slowly. */
export async function watch(call: Call): Promise<void> {
  const { query, store, response, request, resource } = call;
  const prefix = collectionPrefix(call);
  const matches = matcher(call);
  const show = eventPresenter(call);
  const { initial, changes, marked } = started(call);
  const bookmarks = query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
  const seconds = revisionParameter(query.get('timeoutSeconds')) || 1800 + Math.floor(Math.random() * 1800);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();

  let finish: () => void = () => {};
  const ended = new Promise<void>((resolve) => (finish = resolve));
  const write = (type: string, object: JsonObject): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > mostBuffered) response.destroy();
  };
  const mark = (annotations?: Readonly<Record<string, string>>): void => write('BOOKMARK', bookmark(resource, store.revision, request.headers.accept, annotations));
  const tell = (change: Change): void => {
    if (!change.key.startsWith(prefix)) return;
    const event = eventOf(change, matches);
    if (event) write(event.type, show(inVersion(event.object, resource)));
  };
  for (const object of initial) if (matches(object)) write('ADDED', show(object));
  if (marked) mark({ 'k8s.io/initial-events-end': 'true' });
  for (const change of changes) tell(change);
  const stop = store.subscribe(tell);
  const marker = bookmarks ? setInterval(() => mark(), bookmarkEveryMs) : undefined;
  const timer = setTimeout(() => {
    if (bookmarks) mark();
    finish();
  }, Math.min(seconds, 86_400) * 1000);
  response.on('close', finish);
  try {
    await ended;
  } finally {
    stop();
    clearInterval(marker);
    clearTimeout(timer);
    response.end();
  }
}
