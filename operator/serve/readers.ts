// The readers' listener, reached through the API server's service proxy: who shows a token for the agent's namespace sees its logs and spans.
import type { Address } from '../../proxy/probe.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';
import type { Reader, Tokens } from '../trust/tokens.ts';
import type { Trust } from '../trust/trust.ts';
import { agentNamespace, agentsPath, readAgent } from './agents.ts';
import { unanswered } from './enrol.ts';
import { listen, type Listener, type Visit } from './listener.ts';
import { refuse } from './refusals.ts';
import { Places } from './shares.ts';
import type { TelemetryStore } from './telemetry.ts';

export interface ReaderDoorOptions extends Address {
  readonly trust: Trust;
  readonly tokens: Tokens;
  readonly store: TelemetryStore;
  readonly log: Logger;
}

/** At a time; who may read one namespace does not keep out those of others. */
const readersOf = { namespace: 64, all: 1024 };

export function openReaderDoor({ host, port, trust, tokens, store, log }: ReaderDoorOptions): Promise<Listener> {
  const places = new Places(readersOf.namespace, readersOf.all);
  const answer = async ({ request, response, url }: Visit): Promise<void> => {
    if (!url.pathname.startsWith(agentsPath)) return refuse(response, 'notFound');
    if (request.method !== 'GET') return refuse(response, 'methodNotAllowed');
    const namespace = agentNamespace(url.pathname);
    let verdict: Reader;
    try {
      // A path that names no namespace is asked for like any other: strangers learn nothing from the difference.
      verdict = await tokens.reader(request.headers, namespace ?? '');
    } catch (error) {
      const refusal = unanswered(error);
      if (!refusal) throw error;
      return refuse(response, refusal);
    }
    if (verdict.kind === 'refused') return refuse(response, verdict.refusal, verdict.detail);
    // Gone while we asked: nothing would give the place back.
    if (response.closed) return;
    const leave = places.take(namespace ?? '');
    if (!leave) return refuse(response, 'busy');
    response.once('close', leave);
    readAgent(store, url, response, verdict.until === undefined ? undefined : verdict.until - trust.now().getTime());
  };
  return listen({ host, port, trust, asksClients: false, answer, log });
}
