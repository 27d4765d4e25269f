// Follows one resource without an end: list, watch, resume, list again when the place was forgotten, back off.
import { setTimeout as sleep } from 'node:timers/promises';
import { isExpired, KubeError, refusal, unreachable } from './errors.ts';
import type { Answer, KubeObject, WatchEvent, WatchOptions } from './kube.ts';
import { readText } from './transport.ts';

/** What a watch needs of the client. */
export interface WatchSource {
  readonly server: string;
  list(): Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }>;
  open(resourceVersion: string, timeoutSeconds: number): Promise<Answer>;
}

const maxLineBytes = 8 * 1024 * 1024;
/** The server ends a watch after this long; more silence than that means that the connection is dead. */
export const watchSeconds = 300;
const firstDelayMs = 100;
const longestDelayMs = 10_000;

export async function* watchForever(source: WatchSource, options: WatchOptions): AsyncGenerator<WatchEvent> {
  const { signal, onRetry } = options;
  const known = new Map<string, KubeObject>();
  let at = options.resourceVersion;
  let seen = at !== undefined;
  let delayMs = firstDelayMs;
  while (!signal.aborted) {
    try {
      if (at === undefined) {
        const { items, resourceVersion } = await source.list();
        yield* difference(known, items);
        at = resourceVersion;
        yield { type: 'SYNCED', resourceVersion };
        seen = true;
      }
      // Half as long again at random, so that many watches do not end in the same moment.
      for await (const event of eventsOf(source.server, await source.open(at, watchSeconds + Math.floor(Math.random() * 150)))) {
        at = event.object.metadata.resourceVersion ?? at;
        delayMs = firstDelayMs;
        if (event.type === 'BOOKMARK') continue;
        remember(known, event.type, event.object);
        yield { type: event.type, object: event.object };
      }
      // A server that ends every watch at once must not be asked again at once.
      await sleep(delayMs / 2, undefined, { signal });
      delayMs = Math.min(delayMs * 2, longestDelayMs);
    } catch (error) {
      if (signal.aborted) return;
      if (!seen) throw error;
      if (isExpired(error)) at = undefined;
      const afterMs = delayMs * (0.5 + Math.random() / 2);
      onRetry?.(error, afterMs);
      await sleep(afterMs, undefined, { signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, longestDelayMs);
    }
  }
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function remember(known: Map<string, KubeObject>, type: WatchEvent['type'], object: KubeObject): void {
  if (type === 'DELETED') known.delete(keyOf(object));
  else known.set(keyOf(object), object);
}

/** What must have happened while nobody looked. */
function* difference(known: Map<string, KubeObject>, items: readonly KubeObject[]): Generator<WatchEvent> {
  const present = new Set(items.map(keyOf));
  for (const [key, object] of known) {
    if (present.has(key)) continue;
    known.delete(key);
    yield { type: 'DELETED', object };
  }
  for (const object of items) {
    const before = known.get(keyOf(object));
    if (before && before.metadata.resourceVersion === object.metadata.resourceVersion) continue;
    known.set(keyOf(object), object);
    yield { type: before ? 'MODIFIED' : 'ADDED', object };
  }
}

interface RawEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

async function* eventsOf(server: string, answer: Answer): AsyncGenerator<RawEvent> {
  if (answer.status >= 400) throw refusal(answer.status, await readText(server, answer), server);
  for await (const line of linesOf(server, answer)) {
    const event = parseEvent(line, server);
    if (event.type === 'ERROR') {
      const code = Number((event.object as { code?: unknown }).code) || 500;
      throw refusal(code, JSON.stringify(event.object), server);
    }
    yield event as RawEvent;
  }
}

function parseEvent(line: string, server: string): { readonly type: string; readonly object: unknown } {
  try {
    const event = JSON.parse(line) as { type?: unknown; object?: { metadata?: { name?: unknown } } };
    if (typeof event.type === 'string' && typeof event.object === 'object' && (event.type === 'ERROR' || typeof event.object.metadata === 'object')) return { type: event.type, object: event.object };
  } catch {
    // Falls through to the same complaint as a line of JSON that is no event.
  }
  throw new KubeError(`the API server ${server} sent a watch event that cannot be read`, { code: 0, reason: 'Unreachable' });
}

/** Lines of a body, without empty ones; one that never ends is an error. */
export async function* linesOf(server: string, answer: Answer): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of answer.body) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxLineBytes) throw new Error(`a line is longer than ${maxLineBytes} bytes`);
      for (const line of lines) if (line.trim()) yield line;
    }
  } catch (error) {
    throw error instanceof KubeError ? error : unreachable(server, error);
  }
}
