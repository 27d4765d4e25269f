// How the parts of a dev session are, as another process sees them.
import { connect as connectSocket } from 'node:net';
import { entries, field } from '../../../operator/api/object.ts';
import type { Kube, KubeObject } from '../../../operator/kube/kube.ts';
import { pods, workerPools } from '../../../operator/kube/resources.ts';
import type { PluginContext } from '../../context.ts';
import { age } from '../../format/age.ts';
import { table } from '../../format/table.ts';
import { inspectContainer } from '../docker/containers.ts';
import { inOrder, podRow } from '../k3s/pod-row.ts';
import { defaultPool, operatorPods, workerPods, type PodGroup } from '../k3s/pods-feed.ts';
import { kubeOf, openSessionEngine, siteOfSession, type Session } from './session.ts';

export interface ComponentStatus {
  readonly name: string;
  /** As the engine, the cluster or the session has it: running, Pending, missing ... */
  readonly status: string;
  readonly ready: boolean;
  readonly image?: string;
  readonly startedAt?: string;
  /** Why it is not ready. */
  readonly detail?: string;
}

const missing = (name: string, detail?: string): ComponentStatus => ({ name, status: 'missing', ready: false, ...(detail === undefined ? {} : { detail }) });
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether the API server says that it is ready; with the first words of its answer, or of what went wrong, when not. */
export async function apiserverProblem(kube: Kube): Promise<string | undefined> {
  try {
    const { status, body } = await kube.request('GET', '/readyz', { answerTimeoutMs: 3000 });
    let said = '';
    for await (const chunk of body) said = (said + chunk.toString('utf8')).slice(0, 200);
    return status === 200 ? undefined : `it answered ${status}: ${said.split('\n')[0] ?? ''}`;
  } catch (error) {
    return messageOf(error);
  }
}

function ofPod(pod: KubeObject, name: string, container: string): ComponentStatus {
  const { health, detail } = podRow(name, pod, container);
  const of = (list: unknown): unknown => entries(list).find((one) => field(one, 'name') === container);
  const startedAt = field(of(field(pod, 'status', 'containerStatuses')), 'state', 'running', 'startedAt');
  const image = field(of(field(pod, 'spec', 'containers')), 'image');
  return {
    name, status: health === 'ready' ? 'Running' : health === 'error' ? 'Error' : String(field(pod, 'status', 'phase') ?? 'Pending'), ready: health === 'ready',
    ...(typeof image === 'string' ? { image } : {}), ...(typeof startedAt === 'string' ? { startedAt } : {}), ...(detail === undefined ? {} : { detail }),
  };
}

async function ofGroup(kube: Kube, { namespace, labelSelector, roles }: PodGroup): Promise<readonly ComponentStatus[]> {
  const { items } = await kube.list(pods, { namespace, labelSelector });
  const found = inOrder(items).filter(({ metadata }) => metadata['deletionTimestamp'] === undefined);
  if (found.length === 0) return roles.map(({ row }) => missing(row(0)));
  return found.flatMap((pod, number) => roles.map(({ row, container }) => ofPod(pod, row(number), container)));
}

async function inDocker(session: Session, context: PluginContext): Promise<readonly ComponentStatus[]> {
  const engine = await openSessionEngine(context);
  try {
    const { names } = siteOfSession(session, engine, context);
    const groups = [operatorPods, workerPods(session.namespace)];
    const none = groups.flatMap(({ roles }) => roles.map(({ row }) => missing(row(0))));
    const found = await inspectContainer(engine, names.container);
    if (!found) return [missing(names.container), ...none];
    const { Status: status, Running, StartedAt: startedAt } = found.State;
    const container = { name: names.container, status, image: found.Config.Image };
    if (!Running) return [{ ...container, ready: false }, ...none];
    const kube = await kubeOf(session);
    try {
      const problem = await apiserverProblem(kube);
      const first = { ...container, startedAt, ready: problem === undefined, ...(problem === undefined ? {} : { detail: problem }) };
      return [first, ...(problem === undefined ? (await Promise.all(groups.map((group) => ofGroup(kube, group)))).flat() : none)];
    } finally {
      kube.close();
    }
  } finally {
    await engine.close();
  }
}

const listens = (port: number | undefined): Promise<boolean> =>
  new Promise((resolve) => {
    if (port === undefined) return resolve(false);
    const socket = connectSocket({ host: '127.0.0.1', port, timeout: 2000 });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });

/** Processes of this machine tell nobody but their session how they are; what can be seen of them from outside is told. */
async function onThisMachine(session: Session): Promise<readonly ComponentStatus[]> {
  const { isRunning, marker, namespace } = session;
  const startedAt = typeof marker.startedAt === 'string' ? { startedAt: marker.startedAt } : {};
  const row = (name: string, problem: string | undefined): ComponentStatus => (problem === undefined ? { name, status: 'running', ready: true, ...startedAt } : { name, status: 'not ready', ready: false, detail: problem });
  if (!isRunning) return ['apiserver', 'controller-manager', 'worker-0'].map((name) => missing(name, 'no session runs'));
  const kube = await kubeOf(session);
  try {
    const problem = await apiserverProblem(kube);
    const operates = await listens(marker.ports?.operator);
    const pool = problem === undefined ? await kube.get(workerPools, { namespace, name: defaultPool }) : undefined;
    const workers = Number(field(pool, 'status', 'readyReplicas')) || 0;
    return [row('apiserver', problem), row('controller-manager', operates ? undefined : 'nobody listens at its door'), row('worker-0', workers > 0 ? undefined : `no worker of pool ${namespace}/${defaultPool} is connected`)];
  } finally {
    kube.close();
  }
}

export const componentsOf = (session: Session, context: PluginContext): Promise<readonly ComponentStatus[]> => (session.cluster === 'k3s' ? inDocker(session, context) : onThisMachine(session));

export function statusTable(components: readonly ComponentStatus[], now: Date): string {
  const rows = components.map(({ name, status, ready, startedAt, image }) => [name, status, ready ? 'yes' : 'no', startedAt === undefined ? '-' : age(new Date(startedAt), now), image ?? '-']);
  return table([['COMPONENT', 'STATUS', 'READY', 'UPTIME', 'IMAGE'], ...rows]);
}

/** For programs: names with underscores, as this command has always had them. */
export const statusJson = (components: readonly ComponentStatus[], now: Date): string =>
  `${JSON.stringify(components.map(({ name, status, ready, image, startedAt, detail }) => ({
    name, status, ready, ...(image === undefined ? {} : { image }), ...(startedAt === undefined ? {} : { started_at: startedAt, uptime: age(new Date(startedAt), now) }), ...(detail === undefined ? {} : { detail }),
  })), undefined, 2)}\n`;
