// Watches: what happened since a revision, then everything as it happens, as one JSON line each.
import type { KubeObject } from '../json.ts';
import { definitions } from '../core/kinds.ts';
import { prefixOf } from '../resource.ts';
import { warningHeaders } from '../respond.ts';
import { ApiError, expired, notAcceptable } from '../status.ts';
import type { Change } from '../store/history.ts';
import { wanted } from './accept.ts';
import type { Call } from './call.ts';
import { eventLines, lineOf } from './events.ts';
import { untilRevision } from './fresh.ts';
import { collectionPrefix } from './list.ts';
import { LineStream } from './line-stream.ts';
import { listOptions, revisionOf, type ListOptions } from './list-options.ts';
import { bookmark, eventForm } from './present.ts';

/** Changes that may wait for a client that is still reading the present state. */
const mostBehind = 10_000;
const bookmarkEveryMs = 60_000;
const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };

interface Start {
  readonly initial: readonly KubeObject[];
  readonly changes: readonly Change[];
  /** Up to which the initial objects are known. */
  readonly revision: number;
  /** The end of the initial events is told. */
  readonly marked: boolean;
}

/** Without a version, and at version 0, what is there comes first, unless the client says that it wants none. */
async function startOf({ store, resource, namespace }: Call, { resourceVersion, sendInitialEvents, allowWatchBookmarks }: ListOptions): Promise<Start> {
  const since = revisionOf(resourceVersion);
  if (sendInitialEvents ?? since === 0) {
    await untilRevision(store, since);
    return { initial: [...store.range(collectionPrefix({ resource, namespace }))].map(([, object]) => object), changes: [], revision: store.revision, marked: allowWatchBookmarks };
  }
  const changes = since === 0 ? [] : store.history.since(since);
  if (!changes) throw expired(`too old resource version: ${since} (${store.history.oldest})`);
  return { initial: [], changes, revision: since, marked: false };
}

/** What cannot be told any more is an event of the watch, not a refusal of it. */
async function startOrError(call: Call, options: ListOptions): Promise<Start | ApiError> {
  try {
    return await startOf(call, options);
  } catch (error) {
    if (error instanceof ApiError && (error.code === 410 || error.code === 504)) return error;
    throw error;
  }
}

/** Streams until the client goes, the time is over, the kind is no longer served, or the client reads too slowly. */
export async function watch(call: Call, name?: string): Promise<void> {
  const { query, store, registry, response, request, resource } = call;
  const options = listOptions(query, resource, { watching: true, name });
  const { stream: isStream, writing } = wanted(request, resource, true);
  if (writing === 'yaml') throw notAcceptable(['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']);
  const form = eventForm(call);
  const start = await startOrError(call, options);
  if (resource.warning) response.setHeader('warning', warningHeaders([resource.warning]));
  response.writeHead(200, { 'content-type': isStream ? 'application/json;stream=watch' : 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  if (start instanceof ApiError) return void response.end(`${JSON.stringify({ type: 'ERROR', object: start.body() })}\n`);

  const stream = new LineStream(response);
  const prefix = collectionPrefix(call);
  const lines = eventLines(form, options.matches);
  const since = revisionOf(options.resourceVersion);
  const mark = (revision: number, annotations?: Readonly<Record<string, string>>): void => stream.write(lineOf('BOOKMARK', form.show(bookmark(resource, revision, annotations))));
  const tell = (change: Change): void => {
    if (change.key.startsWith(prefix)) {
      if (change.revision > since) stream.write(lines(change));
    } else if (change.key.startsWith(prefixOf(definitions)) && !registry.find(resource.group, resource.version, resource.plural)) stream.end();
  };
  // What happens while the present state is still on its way comes behind it.
  let behind: Change[] | undefined = [];
  const stop = store.subscribe((change) => {
    if (!behind) tell(change);
    else if (behind.push(change) > mostBehind) response.destroy();
  });
  const seconds = options.timeoutSeconds || 1800 + Math.floor(Math.random() * 1800);
  const timer = setTimeout(() => {
    if (options.allowWatchBookmarks && !behind) mark(store.revision);
    stream.end();
  }, Math.min(Math.max(seconds, 0), 86_400) * 1000);
  let marker: NodeJS.Timeout | undefined;
  try {
    for (const object of start.initial) {
      if (!options.matches(object)) continue;
      stream.write(lineOf('ADDED', form.show(object)));
      await stream.room();
    }
    if (start.marked) mark(start.revision, initialEventsEnd);
    for (const change of start.changes) tell(change);
    for (const change of behind) tell(change);
    behind = undefined;
    if (options.allowWatchBookmarks) marker = setInterval(() => mark(store.revision), bookmarkEveryMs);
    await stream.ended;
  } finally {
    stop();
    clearInterval(marker);
    clearTimeout(timer);
    stream.close();
  }
}
