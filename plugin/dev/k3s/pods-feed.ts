// Keeps the rows of the operator, the workers and the proxies as their pods are in the cluster, for as long as the session runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { labels as groupLabels } from '../../../operator/api/group.ts';
import { entries, field } from '../../../operator/api/object.ts';
import { componentLabel, components, systemNamespace } from '../../../operator/install/names.ts';
import type { Kube, KubeObject } from '../../../operator/kube/kube.ts';
import { pods } from '../../../operator/kube/resources.ts';
import type { DevStore } from '../../feeds/store.ts';
import { inOrder, podRow } from './pod-row.ts';
import { PodLogs } from './pod-logs.ts';

/** One row of a pod: which of its containers it shows. */
export interface Role {
  readonly container: string;
  readonly row: (number: number) => string;
}

export interface PodGroup {
  readonly namespace: string;
  readonly labelSelector: string;
  readonly roles: readonly Role[];
}

export const defaultPool = 'default';
export const operatorPods: PodGroup = {
  namespace: systemNamespace,
  labelSelector: `${componentLabel}=${components.operator}`,
  roles: [{ container: 'operator', row: (number) => (number === 0 ? 'controller-manager' : `controller-manager-${number}`) }],
};
export const workerPods = (namespace: string): PodGroup => ({
  namespace,
  labelSelector: `${groupLabels.workerPool}=${defaultPool}`,
  roles: [
    { container: 'worker', row: (number) => `worker-${number}` },
    { container: 'proxy', row: (number) => (number === 0 ? 'egress-proxy' : `egress-proxy-${number}`) },
  ],
});

export interface Following {
  readonly kube: Kube;
  readonly store: DevStore;
  readonly signal: AbortSignal;
  /** Told of each worker pod whose worker runs, at each change. */
  readonly onRunning?: (pod: KubeObject) => void;
}

const pauseMs = 1000;

const statusOf = (pod: KubeObject, container: string): unknown => entries(field(pod, 'status', 'containerStatuses')).find((one) => field(one, 'name') === container);

class Rows {
  readonly #group: PodGroup;
  readonly #following: Following;
  readonly #logs: PodLogs;
  readonly #pods = new Map<string, KubeObject>();
  #count = 0;
  readonly #firstRuns = new Map<string, number>();

  constructor(group: PodGroup, following: Following) {
    this.#group = group;
    this.#following = following;
    this.#logs = new PodLogs(following.kube, following.store, following.signal);
  }

  clear(): void {
    this.#pods.clear();
  }

  take(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: KubeObject): void {
    if (type === 'DELETED') this.#pods.delete(pod.metadata.name);
    else this.#pods.set(pod.metadata.name, pod);
    this.show();
  }

  show(): void {
    const { store, onRunning } = this.#following;
    const alive = inOrder([...this.#pods.values()]);
    // While one is replaced by another, the new one is what a person wants to see.
    const staying = alive.filter(({ metadata }) => metadata['deletionTimestamp'] === undefined);
    if (alive.length === 0) for (const { row } of this.#group.roles) store.setComponent({ name: row(0), health: 'pending' });
    const shown = staying.length > 0 ? staying : alive;
    for (let number = Math.max(1, shown.length); number < this.#count; number += 1) for (const { row } of this.#group.roles) store.removeComponent(row(number));
    this.#count = shown.length;
    for (const [number, pod] of shown.entries()) {
      for (const role of this.#group.roles) {
        const row = podRow(role.row(number), pod, role.container);
        const detail = row.detail ?? this.#logs.details.get(`${pod.metadata.uid ?? ''}/${role.container}`);
        store.setComponent(detail === undefined ? row : { ...row, detail });
        const status = statusOf(pod, role.container);
        const of = { namespace: this.#group.namespace, pod: pod.metadata.name, uid: pod.metadata.uid ?? '', container: role.container, run: row.restarts ?? 0, row: row.name };
        // What ended before the session looked is old news.
        const first = this.#firstRuns.get(`${of.uid}/${of.container}`) ?? of.run;
        this.#firstRuns.set(`${of.uid}/${of.container}`, first);
        if (of.run > first) this.#logs.tellEnd(of);
        if (field(status, 'state', 'running') === undefined) continue;
        this.#logs.follow(of, () => this.show());
        if (role.container === 'worker') onRunning?.(pod);
      }
    }
  }
}

/** Follows until the session ends; a watch that breaks for good is begun anew. */
export async function followPods(group: PodGroup, following: Following): Promise<void> {
  const { kube, signal } = following;
  const rows = new Rows(group, following);
  rows.show();
  while (!signal.aborted) {
    try {
      for await (const event of kube.watch(pods, { namespace: group.namespace, labelSelector: group.labelSelector, signal })) {
        if (event.type !== 'SYNCED') rows.take(event.type, event.object);
      }
    } catch {
      if (signal.aborted) return;
      rows.clear();
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
