// The two ways to the operator's reader door: through the API server's service proxy, or directly where a dev session says where it is.
import { readFileSync } from 'node:fs';
import { annotations, operatorService } from '../../operator/api/group.ts';
import { KubeError, unreachable } from '../../operator/kube/errors.ts';
import type { Answer, Kube, RequestOptions } from '../../operator/kube/kube.ts';
import { heldBy } from '../../operator/kube/lease.ts';
import { keepAliveAgent } from '../../operator/kube/plain-kubeconfig.ts';
import { leases } from '../../operator/kube/resources.ts';
import { send } from '../../operator/kube/transport.ts';
import { readerTokenHeader } from '../../operator/install/names.ts';
import { leadsTo } from '../dev/door-match.ts';
import { openDoor } from '../dev/door.ts';
import { UserError } from '../exit.ts';
import { readerToken } from './reader-token.ts';

/** Asks the operator. Each request finds the way anew: a session that was started again has another address. */
export interface Reader {
  /** Who answers, for what is said about it. */
  readonly server: string;
  /** `path` begins with `/v1/` and is about something of this namespace. */
  request(namespace: string, path: string, options: RequestOptions): Promise<Answer>;
  /** What a person can do when nobody is there. */
  hints(): Promise<readonly string[]>;
  close(): void;
}

const { namespace: home, name, portName } = operatorService;

/** Who is the operator; a session, unlike an installation, notes its process with the Lease. Undefined where we may not look. */
async function operatorNow(kube: Kube): Promise<{ readonly identity: string; readonly isSession: boolean } | 'nobody' | undefined> {
  try {
    const held = heldBy(await kube.get(leases, operatorService));
    return held ? { identity: held.identity, isSession: held.annotations[annotations.process] !== undefined } : 'nobody';
  } catch {
    return undefined;
  }
}

const nobodyHints = ['is CLRK installed in this cluster? with a dev session, `kubectl clrk dev` must be running'];

const elsewhere = (identity: string): string => `the operator is ${identity}, which keeps its logs there: ask on that machine, with the --clrk-dir of that session and the same context`;

/** The operator of a session makes no account for readers, which nobody needs there: whose session it is helps, and not what is missing. */
async function tokenHere(kube: Kube, namespace: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return await readerToken(kube, namespace, signal);
  } catch (error) {
    const now = error instanceof UserError ? await operatorNow(kube) : undefined;
    if (now === 'nobody') throw new UserError('the operator has no logs to give: there is none in this cluster', nobodyHints, { cause: error });
    throw now?.isSession ? new UserError('the logs of these agents are not to be had through the cluster', [elsewhere(now.identity)], { cause: error }) : error;
  }
}

/** For an operator that the cluster can reach. Its own credentials and RBAC let a person through to it, and a token to what is in a namespace. */
export const proxyReader = (kube: Kube): Reader => ({
  server: kube.server,
  request: async (namespace, path, options) => {
    const token = await tokenHere(kube, namespace, options.signal);
    const headers = token === undefined ? {} : { [readerTokenHeader]: token };
    return kube.request('GET', `/api/v1/namespaces/${home}/services/https:${name}:${portName}/proxy${path}`, { ...options, headers });
  },
  hints: async () => {
    const now = await operatorNow(kube);
    if (now === undefined || now === 'nobody') return nobodyHints;
    return [now.isSession ? elsewhere(now.identity) : 'is the operator well? `kubectl clrk check`'];
  },
  close: () => undefined,
});

/** For the operator of a dev session on this machine, which its cluster cannot reach. */
function doorReader(stateDir: string): Reader {
  const server = openDoor(stateDir)?.operator ?? '';
  const agents = new Map<string, ReturnType<typeof keepAliveAgent>>();
  return {
    server,
    request: async (_namespace, path, options) => {
      const door = openDoor(stateDir);
      if (!door) throw new KubeError('the dev session has ended', { code: 0, reason: 'Unreachable', hints: ['start it again: `kubectl clrk dev --context NAME`'] });
      try {
        const ca = readFileSync(door.authorityFile, 'utf8');
        const agent = agents.get(ca) ?? keepAliveAgent(door.operator, { ca });
        agents.set(ca, agent);
        const headers = { authorization: `Bearer ${readFileSync(door.tokenFile, 'utf8').trim()}` };
        return await send({ server: door.operator, access: async () => ({ agent, headers }), close: () => undefined }, 'GET', path, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        const why = (error instanceof KubeError ? error : unreachable(door.operator, error)).message.replace('reaching the API server', 'reaching the operator of the dev session at');
        throw new KubeError(why, { code: 0, reason: 'Unreachable', hints: [`look at the row controller-manager of the session (process ${door.pid}), and try again`], cause: error });
      }
    },
    hints: async () => [],
    close: () => agents.forEach((agent) => agent.destroy()),
  };
}

/** The way that leads to the operator of this cluster. `authority`: who vouches for its API server. */
export function readerOf({ kube, authority }: { readonly kube: Kube; readonly authority?: string }, stateDir: string): Reader {
  const door = openDoor(stateDir);
  const isHere = door !== undefined && leadsTo(door, { server: kube.server, ...(authority === undefined ? {} : { authority }) });
  return isHere ? doorReader(stateDir) : proxyReader(kube);
}
