// Takes telemetry of workers and proxies: into the ring of the agent that it is about, and on to the next collector.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { keys } from '../../proxy/telemetry/keys.ts';
import { decodeLogs, decodeSpans, MalformedOtlp, maxOtlpBytes, type OtlpAttributes } from '../../proxy/telemetry/otlp-json.ts';
import { readBody } from './body.ts';
import type { Export, Forward } from './forward.ts';
import { refuse } from './refusals.ts';
import { logLimits, Ring, spanLimits } from './ring.ts';

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

export async function takeTelemetry(store: TelemetryStore, path: Export['path'], request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Protobuf would come with another type; both senders are ours and send JSON.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return refuse(response, 'unsupported');
  const body = await readBody(request, maxOtlpBytes);
  if (body.kind === 'refused') return refuse(response, body.refusal);
  try {
    if (path === '/v1/logs') keepLogs(store.logs, body.plain);
    else keepSpans(store.traces, body.plain);
  } catch (error) {
    if (!(error instanceof MalformedOtlp)) throw error;
    return refuse(response, 'badBody', error.message);
  }
  store.forward?.send({ path, encoding: request.headers['content-encoding'], bytes: body.raw });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{}');
}

function keepLogs(ring: Ring, body: Buffer): void {
  for (const line of decodeLogs(body)) {
    const agent = agentOf(line.attributes, line.resource);
    const iostream = line.attributes[keys.ioStream];
    if (agent) ring.add(agent, { timeUnixMs: line.timeUnixMs, iostream: iostream === undefined ? undefined : String(iostream), json: JSON.stringify(line) });
  }
}

function keepSpans(ring: Ring, body: Buffer): void {
  for (const span of decodeSpans(body)) {
    const agent = agentOf(span.attributes, span.resource);
    if (agent) ring.add(agent, { timeUnixMs: span.startUnixMs, iostream: undefined, json: JSON.stringify(span) });
  }
}
