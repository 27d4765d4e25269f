// Starts the pods of one component of a session in Docker anew, with the images that are there now.
import { operatorService } from '../../../operator/api/group.ts';
import { workersOf } from '../../../operator/install/names.ts';
import type { PluginContext } from '../../context.ts';
import { exitCodes, UserError } from '../../exit.ts';
import { waitMs } from '../../go-duration.ts';
import { findArchives, importArchives, placeArchives } from '../k3s/archives.ts';
import { defaultPool } from '../k3s/pods-feed.ts';
import { awaitRollout, restartPods } from '../k3s/rollout.ts';
import { bundlesFolder } from '../session.ts';
import { kubeOf, openSessionEngine, siteOfSession, type Session } from './session.ts';

export interface Reload {
  readonly component: 'worker' | 'controller-manager';
  readonly timeout: string;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

export async function reload(session: Session, context: PluginContext, { component, timeout, signal, tell }: Reload): Promise<void> {
  const timeoutMs = waitMs('--timeout', timeout, 1);
  if (!session.isRunning) throw new UserError('no dev session runs now', ['start one: kubectl clrk dev']);
  const engine = await openSessionEngine(context, signal);
  const kube = await kubeOf(session);
  try {
    const site = siteOfSession(session, engine, context);
    const placed = await placeArchives(site, findArchives(bundlesFolder(), engine.version.architecture), signal);
    await importArchives(site, placed, signal);
    for (const { image } of placed) tell(`${image} taken in`);
    const ref = component === 'worker' ? { namespace: session.namespace, name: workersOf(defaultPool) } : { namespace: operatorService.namespace, name: operatorService.name };
    if (!(await restartPods(kube, ref, context.now()))) throw new UserError(`Deployment ${ref.namespace}/${ref.name} is not there`, ['`kubectl clrk dev status` shows what is']);
    tell('waiting for the new pods');
    await awaitRollout(kube, ref, { timeoutMs, signal, code: exitCodes.timedOut });
  } finally {
    kube.close();
    await engine.close();
  }
}
