// From the global flags of a command line to a client of the cluster that they mean.
import { join } from 'node:path';
import type { Kube } from '../operator/kube/kube.ts';
import { UserError } from './exit.ts';
import { kubeconfigFiles, resolvePath, type Surroundings } from './kubeconfig.ts';

export interface ClusterFlags {
  readonly kubeconfig?: string | undefined;
  readonly contextName?: string | undefined;
  readonly namespace?: string | undefined;
  readonly local: boolean;
  readonly clrkDir?: string | undefined;
}

export interface Cluster {
  readonly kube: Kube;
  /** -n, else the context's, else `default`. */
  readonly namespace: string;
  readonly contextName: string;
  /** PEM of who vouches for the server, where the kubeconfig says. */
  readonly authority?: string;
}

/** The state folder, absolute. */
export const stateFolder = ({ clrkDir }: Pick<ClusterFlags, 'clrkDir'>, around: Surroundings): string => (clrkDir === undefined ? join(around.home, '.clrk') : resolvePath(clrkDir, around));

/** The files that the flags lead to, as $KUBECONFIG lists them; undefined for the account of a pod. */
export const filesOf = (flags: ClusterFlags, around: Surroundings): string | undefined => kubeconfigFiles({ kubeconfig: flags.kubeconfig, local: flags.local, clrkDir: stateFolder(flags, around) }, around);

/** Opens no connection: the first request does. The client is loaded here and not before. */
export async function openCluster(flags: ClusterFlags, around: Surroundings): Promise<Cluster> {
  const files = filesOf(flags, around);
  const { connect } = await import('../operator/kube/connect.ts');
  const { kube, namespace, contextName, authority } = await connect({
    env: { ...around.env, HOME: around.home, KUBECONFIG: files },
    ...(flags.contextName === undefined ? {} : { context: flags.contextName }),
  }).catch((error: unknown) => {
    // Nobody wrote that file by hand: the session does, each time it starts.
    const ours = flags.local && flags.kubeconfig === undefined && flags.contextName === undefined;
    throw ours && error instanceof Error ? new UserError(error.message, ['start `kubectl clrk dev` again: it writes this file anew']) : error;
  });
  return { kube, namespace: flags.namespace ?? namespace, contextName, ...(authority === undefined ? {} : { authority }) };
}
