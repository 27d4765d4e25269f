// The proxies' side of the door: policy out, acknowledgement in.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PolicyTaken } from '../../proxy/contract.ts';
import { parseJson, readBody } from './body.ts';
import { streamFeed, type Feed } from './feed.ts';
import type { Peers } from './peers.ts';
import { refuse } from './refusals.ts';

const maxBodyBytes = 4096;
const name = /^[A-Za-z0-9._-]{1,253}$/;

export function streamPolicy(proxies: Peers<string>, feed: Feed, query: URLSearchParams, response: ServerResponse): void {
  const proxy = query.get('proxy') ?? '';
  if (!name.test(proxy)) return refuse(response, 'badQuery', 'proxy=name is needed');
  streamFeed(feed, response, proxies.connect(proxy));
}

export async function takePolicyStatus(proxies: Peers<string>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, maxBodyBytes);
  if (body.kind === 'refused') return refuse(response, body.refusal);
  const taken = parseTaken(parseJson(body.plain));
  if (!taken) return refuse(response, 'badBody', 'proxy and version are needed, and nothing else');
  if (!proxies.report(taken.proxy, taken.version)) return refuse(response, 'badQuery', 'no policy stream of this proxy is open');
  response.writeHead(204).end();
}

function parseTaken(value: unknown): PolicyTaken | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { proxy, version } = value as Partial<Record<keyof PolicyTaken, unknown>>;
  if (typeof proxy !== 'string' || !name.test(proxy) || typeof version !== 'string' || version.length > 253) return undefined;
  return { proxy, version };
}
