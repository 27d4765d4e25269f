// Lets readers see the last records and spans of one agent, and follow what comes.
import type { ServerResponse } from 'node:http';
import { refuse } from './refusals.ts';
import type { Entry } from './ring.ts';
import { agentKey, type TelemetryStore } from './telemetry.ts';
import { Telling } from './telling.ts';

const heartbeatMs = 5000;
/** Everything that readers may ask for is below. */
export const agentsPath = '/v1/agents/';
/** `/v1/agents/<kind>/<namespace>/<name>/logs|traces` */
const path = /^\/v1\/agents\/([A-Za-z]{1,63})\/([a-z0-9.-]{1,253})\/([a-z0-9.-]{1,253})\/(logs|traces)$/;

interface Selection {
  readonly tail: number;
  readonly follow: boolean;
  readonly sinceMs: number;
  readonly iostream: string | undefined;
}

/** What is wrong with the query as text, else what it asks for. */
function selection(query: URLSearchParams): Selection | string {
  for (const name of query.keys()) if (!['tail', 'follow', 'since', 'iostream'].includes(name)) return `${name.slice(0, 64)} is not a parameter`;
  const tail = query.get('tail') ?? '';
  if (!/^\d{0,9}$/.test(tail)) return 'tail must be a whole number';
  const follow = query.get('follow') ?? 'false';
  if (follow !== 'true' && follow !== 'false') return 'follow must be true or false';
  const since = query.get('since');
  const sinceMs = since === null ? 0 : Date.parse(since);
  if (Number.isNaN(sinceMs)) return 'since must be a time such as 2026-01-02T15:04:05Z';
  const iostream = query.get('iostream') ?? undefined;
  if (iostream !== undefined && iostream !== 'stdout' && iostream !== 'stderr') return 'iostream must be stdout or stderr';
  return { tail: tail === '' ? Number.MAX_SAFE_INTEGER : Number(tail), follow: follow === 'true', sinceMs, iostream };
}

/** Of the agent that the path is about. */
export const agentNamespace = (pathname: string): string | undefined => path.exec(pathname)?.[2];

/** `forMs`: a follower is let go after so long, and asks anew. */
export function readAgent(store: TelemetryStore, url: URL, response: ServerResponse, forMs?: number): void {
  const [, kind = '', namespace = '', name = '', what] = path.exec(url.pathname) ?? [];
  if (!what) return refuse(response, 'notFound');
  const wanted = selection(url.searchParams);
  if (typeof wanted === 'string') return refuse(response, 'badQuery', wanted);
  const ring = what === 'logs' ? store.logs : store.traces;
  const agent = agentKey(kind, namespace, name);
  const fits = ({ timeUnixMs, iostream }: Entry): boolean => timeUnixMs >= wanted.sinceMs && (wanted.iostream === undefined || iostream === wanted.iostream);
  const before = ring.entries(agent).filter(fits);
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const telling = new Telling(response, (wanted.tail === 0 ? [] : before.slice(-wanted.tail)).map(({ json }) => json));
  if (!wanted.follow) return telling.end();
  const unfollow = ring.follow(agent, (entry) => {
    if (fits(entry)) telling.add(entry.json);
  });
  const heartbeat = setInterval(() => telling.beat(), heartbeatMs);
  const limit = forMs === undefined ? undefined : setTimeout(() => telling.end(), forMs);
  response.on('close', () => {
    unfollow();
    clearInterval(heartbeat);
    clearTimeout(limit);
  });
}
