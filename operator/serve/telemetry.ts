// Takes telemetry of workers and proxies: into the ring of the agent that it is about, and on to the next collector.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { keys } from '../../proxy/telemetry/keys.ts';
import { decodeLogs, decodeSpans, MalformedOtlp, maxOtlpBytes, type OtlpAttributes } from '../../proxy/telemetry/otlp-json.ts';
import { readBody } from './body.ts';
import type { Export, Forward } from './forward.ts';
import { refuse } from './refusals.ts';
import { logLimits, Ring, spanLimits, type Entry } from './ring.ts';

export interface TelemetryStore {
  readonly logs: Ring;
  readonly traces: Ring;
  readonly forward: Forward | undefined;
}

export const telemetryStore = (forward: Forward | undefined): TelemetryStore => ({ logs: new Ring(logLimits), traces: new Ring(spanLimits), forward });

export const agentKey = (kind: string, namespace: string, name: string): string => `${kind}/${namespace}/${name}`;

/** Of the record itself, else of who sent it; undefined for what is about no agent. */
function agentOf(attributes: OtlpAttributes, resource: OtlpAttributes): string | undefined {
  const [kind, namespace, name] = [keys.agentKind, keys.agentNamespace, keys.agentName].map((key) => attributes[key] ?? resource[key]);
  return kind && namespace && name ? agentKey(String(kind), String(namespace), String(name)) : undefined;
}

/** Who sends, as far as it matters here. */
interface Sender {
  readonly path: Export['path'];
  /** A pod speaks of agents of its own namespace alone. */
  readonly namespace: string;
}

export async function takeTelemetry(store: TelemetryStore, { path, namespace }: Sender, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Protobuf would come with another type; both senders are ours and send JSON.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return refuse(response, 'unsupported');
  const body = await readBody(request, maxOtlpBytes);
  if (body.kind === 'refused') return refuse(response, body.refusal);
  let found: readonly Found[];
  try {
    found = path === '/v1/logs' ? logsIn(body.plain) : spansIn(body.plain);
  } catch (error) {
    if (!(error instanceof MalformedOtlp)) throw error;
    return refuse(response, 'badBody', error.message);
  }
  // Whole or not at all: it goes on byte for byte.
  if (found.some(({ namespaces }) => namespaces.some((one) => one !== namespace))) return refuse(response, 'forbidden', 'it speaks of agents of another namespace');
  for (const { agent, entry } of found) if (agent !== undefined) (path === '/v1/logs' ? store.logs : store.traces).add(agent, entry);
  store.forward?.send({ path, encoding: request.headers['content-encoding'], bytes: body.raw });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{}');
}

interface Found {
  readonly agent: string | undefined;
  /** All that are named, of the record and of the resource: a collector may look at either. */
  readonly namespaces: readonly string[];
  readonly entry: Entry;
}

const namespacesOf = (...given: readonly OtlpAttributes[]): readonly string[] =>
  given.flatMap(({ [keys.agentNamespace]: namespace }) => (namespace === undefined ? [] : [String(namespace)]));

const logsIn = (body: Buffer): readonly Found[] =>
  decodeLogs(body).map((line) => {
    const { attributes, resource, timeUnixMs } = line;
    const iostream = attributes[keys.ioStream];
    return { agent: agentOf(attributes, resource), namespaces: namespacesOf(attributes, resource), entry: { timeUnixMs, iostream: iostream === undefined ? undefined : String(iostream), json: JSON.stringify(line) } };
  });

const spansIn = (body: Buffer): readonly Found[] =>
  decodeSpans(body).map((span) => {
    const { attributes, resource, startUnixMs } = span;
    return { agent: agentOf(attributes, resource), namespaces: namespacesOf(attributes, resource), entry: { timeUnixMs: startUnixMs, iostream: undefined, json: JSON.stringify(span) } };
  });
