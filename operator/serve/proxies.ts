// The proxies' side of the door: the policy of their pod out, acknowledgement in.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PolicyTaken } from '../../proxy/contract.ts';
import type { Delivery } from '../controllers/deliver.ts';
import { parseJson, readBody } from './body.ts';
import { streamFeed } from './feed.ts';
import type { Peers } from './peers.ts';
import { refuse } from './refusals.ts';

const maxBodyBytes = 4096;

export function streamPolicy(proxies: Peers<string>, delivery: Pick<Delivery, 'policy'>, pod: string, response: ServerResponse): void {
  // Connected first: the policy of a pod that nobody is connected for is not kept.
  const disconnect = proxies.connect(pod);
  streamFeed(delivery.policy(pod), response, disconnect);
}

export async function takePolicyStatus(proxies: Peers<string>, pod: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, maxBodyBytes);
  if (body.kind === 'refused') return refuse(response, body.refusal);
  const taken = parseTaken(parseJson(body.plain));
  if (!taken) return refuse(response, 'badBody', 'a version is needed');
  if (!proxies.report(pod, taken.version)) return refuse(response, 'badQuery', 'no policy stream of this proxy is open');
  response.writeHead(204).end();
}

function parseTaken(value: unknown): PolicyTaken | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { version } = value as Partial<Record<keyof PolicyTaken, unknown>>;
  return typeof version !== 'string' || version.length > 253 ? undefined : { version };
}
