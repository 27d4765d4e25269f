// The log lines of one agent, from the operator's reader door; follows across interruptions.
import { operatorService } from '../../operator/api/group.ts';
import { isUnreachable, KubeError, refusal } from '../../operator/kube/errors.ts';
import type { Answer } from '../../operator/kube/kube.ts';
import { readText } from '../../operator/kube/transport.ts';
import type { LogLine } from '../../proxy/telemetry/otlp-json.ts';
import { UserError } from '../exit.ts';
import { jsonLines } from './json-lines.ts';
import type { Reader } from './reader.ts';

export interface LogsRequest {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Newest lines to begin with. */
  readonly tail: number;
  readonly since?: Date;
  readonly iostream?: 'stdout' | 'stderr';
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** The door sends a heartbeat every 5 s; three missed ones mean that nobody is there. */
const silenceMs = 15_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** Oldest first. With `follow` it ends only by the signal or by a refusal; a broken stream is taken up where it ended. */
export async function* agentLogs(reader: Reader, request: LogsRequest): AsyncGenerator<LogLine> {
  const seen = new Seen();
  let pauseMs = firstPauseMs;
  for (let connectedOnce = false; ; ) {
    seen.resume();
    try {
      for await (const line of open(reader, request, seen.newest)) {
        connectedOnce = true;
        pauseMs = firstPauseMs;
        if (line !== undefined && seen.isNew(line)) yield line;
      }
      if (!request.follow) return;
    } catch (error) {
      request.signal.throwIfAborted();
      if (!request.follow || !connectedOnce || !isPassing(error)) throw error;
    }
    await pause(pauseMs, request.signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/** No answer, a cut stream, an overloaded or restarting operator: worth another try. */
const isPassing = (error: unknown): boolean => isUnreachable(error) || !(error instanceof KubeError) || error.code >= 500 || error.code === 429;

/** One connection. Yields undefined for a heartbeat: it proves that somebody is there. */
async function* open(reader: Reader, request: LogsRequest, newest: number | undefined): AsyncGenerator<LogLine | undefined> {
  const since = newest === undefined ? request.since : new Date(newest);
  const agent = [request.kind, request.namespace, request.name].map(encodeURIComponent).join('/');
  const answer = await reader.request(request.namespace, `/v1/agents/${agent}/logs`, {
    query: {
      tail: newest === undefined ? String(request.tail) : undefined,
      follow: request.follow ? 'true' : undefined,
      since: since?.toISOString(),
      iostream: request.iostream,
    },
    signal: request.signal,
    idleTimeoutMs: silenceMs,
  });
  if (answer.status !== 200) throw await notThere(reader, answer);
  yield undefined;
  for await (const value of jsonLines(answer.body)) yield isLogLine(value) ? value : undefined;
}

async function notThere(reader: Reader, answer: Answer): Promise<Error> {
  const text = await readText(reader.server, answer, 64 * 1024);
  const error = refusal(answer.status, operatorWords(text) ?? text, reader.server);
  if (error.code === 404) return new UserError(`the operator has no logs to give: ${error.message}`, await reader.hints(), { cause: error });
  if (error.code === 401) return new UserError(`the operator does not take the token for reading: ${error.message}`, [`is the operator of this cluster as new as this program? \`kubectl clrk version\``]);
  if (error.code === 403) return new UserError(error.message, [`reading logs needs the permission get services/proxy in namespace ${operatorService.namespace}`]);
  if (error.code < 500) return error;
  return new KubeError(`the operator does not answer: ${error.message}`, { code: error.code, reason: error.reason, hints: ['try again in a moment; with a dev session, look at the row controller-manager', ...(await reader.hints())] });
}

/** The operator answers `{"error": ...}`, the API server before it a Status. */
function operatorWords(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { readonly error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

function isLogLine(value: unknown): value is LogLine {
  const line = value as Partial<LogLine> | null;
  return typeof line === 'object' && line !== null && typeof line.timeUnixMs === 'number' && typeof line.body === 'string' && typeof line.attributes === 'object' && typeof line.resource === 'object';
}

/** Which lines of the newest millisecond were told, so that what is sent again after an interruption is told once. */
class Seen {
  newest: number | undefined;
  #told = new Map<string, number>();
  #again = new Map<string, number>();

  /** `since` is in whole milliseconds and includes its own: those lines come again. Elsewhere equal lines are two lines. */
  resume(): void {
    this.#again = new Map(this.#told);
  }

  isNew(line: LogLine): boolean {
    const time = Math.floor(line.timeUnixMs);
    const identity = JSON.stringify([line.timeUnixMs, line.body, line.spanId, line.attributes]);
    if (this.newest === undefined || time > this.newest) {
      this.newest = time;
      this.#told = new Map();
      this.#again = new Map();
    }
    if (time < this.newest) return true;
    const again = this.#again.get(identity) ?? 0;
    if (again > 0) {
      this.#again.set(identity, again - 1);
      return false;
    }
    this.#told.set(identity, (this.#told.get(identity) ?? 0) + 1);
    return true;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
