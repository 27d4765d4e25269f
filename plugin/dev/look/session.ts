// Finds the dev session of a state folder, as another process sees it: what it told of itself, and whether it runs.
import { existsSync } from 'node:fs';
import { connect } from '../../../operator/kube/connect.ts';
import type { Kube } from '../../../operator/kube/kube.ts';
import type { PluginContext } from '../../context.ts';
import { UserError } from '../../exit.ts';
import { localKubeconfig } from '../../kubeconfig.ts';
import { endpointOf } from '../docker/endpoint.ts';
import { openEngine, type Engine } from '../docker/engine.ts';
import { openDoor } from '../door.ts';
import { openIdentity } from '../k3s/identity.ts';
import { siteOf, type Site } from '../k3s/site.ts';
import { isHeld } from '../lock.ts';
import { readMarker, type Marker } from '../marker.ts';

export interface Session {
  readonly stateDir: string;
  readonly cluster: Marker['cluster'];
  readonly isRunning: boolean;
  /** Of the pool whose workers are the session's. */
  readonly namespace: string;
  readonly marker: Partial<Marker>;
}

const start = (stateDir: string): readonly string[] => ['start one: kubectl clrk dev', `a session with another state folder: --clrk-dir DIR instead of ${stateDir}`];

/** The last one, whether it runs or not. Throws when there never was one. */
export function lastSession(stateDir: string): Session {
  const marker = readMarker(stateDir);
  const cluster = (['embedded', 'existing', 'k3s'] as const).find((kind) => kind === marker?.cluster);
  if (!marker || !cluster) throw new UserError(`no dev session has run with the state folder ${stateDir}`, start(stateDir));
  const namespace: unknown = marker.k3s?.namespace;
  return { stateDir, cluster, isRunning: isHeld(stateDir), namespace: cluster === 'k3s' && typeof namespace === 'string' ? namespace : 'default', marker };
}

/** The file that leads to the session's cluster; undefined while it has written none. */
export function kubeconfigOf({ stateDir, cluster }: Session): string | undefined {
  if (cluster === 'existing') return openDoor(stateDir)?.kubeconfig;
  const file = localKubeconfig(stateDir);
  return existsSync(file) ? file : undefined;
}

/** Whoever calls it closes it. */
export async function kubeOf(session: Session): Promise<Kube> {
  const kubeconfig = kubeconfigOf(session);
  if (kubeconfig === undefined) throw new UserError('the session has no kubeconfig yet', ['wait for it: kubectl clrk dev wait-ready']);
  return (await connect({ kubeconfig })).kube;
}

export const openSessionEngine = (context: PluginContext, signal?: AbortSignal): Promise<Engine> => openEngine(endpointOf(context), { withinMs: 3000, ...(signal ? { signal } : {}) });

/** Where the session's cluster in Docker is. */
export function siteOfSession({ stateDir, marker }: Session, engine: Engine, { home }: Pick<PluginContext, 'home'>): Site {
  const image: unknown = marker.k3s?.image;
  return siteOf(engine, openIdentity(stateDir), { stateDir, home, image: typeof image === 'string' ? image : '' });
}

/** For what only a cluster in Docker can do. */
export function refuseOther({ cluster }: Session, what: string): void {
  if (cluster === 'k3s') return;
  throw new UserError(`${what} is for a session with its cluster in Docker (--cluster k3s), and this one's is ${cluster === 'embedded' ? 'embedded' : 'another that was there'}`, ['what its processes say is in its own window: tab to their pane, enter opens it; what agents say: kubectl clrk agents logs NAME --local']);
}
