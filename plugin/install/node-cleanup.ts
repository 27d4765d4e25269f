// Has the seccomp profile taken off the nodes again, before the DaemonSet goes that could do it.
import { setTimeout as sleep } from 'node:timers/promises';
import { entries, field } from '../../operator/api/object.ts';
import { marked } from '../../operator/install/marks.ts';
import { profileDaemonSet } from '../../operator/install/node-profile.ts';
import { installSettings } from '../../operator/install/settings.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { daemonsets } from '../../operator/kube/resources.ts';
import { put } from './put.ts';

const lookEveryMs = 500;
/** Nodes that are away must not hold an uninstall up for ever. */
const cleanWithinMs = 60_000;

const count = (set: KubeObject, name: string): number => Number(field(set, 'status', name) ?? 0);

/** What was chosen when it was installed, read back from what stands there. */
function settingsFrom(set: KubeObject): ReturnType<typeof installSettings> {
  const pod = field(set, 'spec', 'template', 'spec');
  const [container] = entries(field(pod, 'containers'));
  const path = entries(field(pod, 'volumes')).map((volume) => field(volume, 'hostPath', 'path')).find((one) => typeof one === 'string');
  const [secret] = entries(field(pod, 'imagePullSecrets'));
  const image = field(container, 'image');
  return installSettings({
    ...(typeof image === 'string' ? { operatorImage: image } : {}),
    ...(typeof path === 'string' ? { kubeletFolder: path.replace(/\/seccomp\/[^/]+$/, '') } : {}),
    ...(secret === undefined ? {} : { imagePullSecret: String(field(secret, 'name')) }),
  });
}

/** Undefined when it is off every node; else how many still have it. `untilMs`: by the clock of this process. */
export async function cleanNodes(kube: Kube, set: KubeObject, { untilMs, signal }: { readonly untilMs: number; readonly signal: AbortSignal }): Promise<string | undefined> {
  // No node, or nobody who would put pods there: nothing was ever written.
  if (count(set, 'desiredNumberScheduled') === 0) return undefined;
  let now = (await put(kube, marked(profileDaemonSet(settingsFrom(set), 'remove')), { force: true })).object;
  for (let waitedMs = 0; waitedMs < cleanWithinMs && Date.now() < untilMs; waitedMs += lookEveryMs) {
    const wanted = count(now, 'desiredNumberScheduled');
    const isSeen = count(now, 'observedGeneration') >= (now.metadata.generation ?? 0);
    if (isSeen && count(now, 'updatedNumberScheduled') >= wanted && count(now, 'numberReady') >= wanted) return undefined;
    await sleep(lookEveryMs, undefined, { signal });
    const next = await kube.get(daemonsets, set.metadata);
    if (!next) return undefined;
    now = next;
  }
  return `${count(now, 'desiredNumberScheduled') - Math.min(count(now, 'updatedNumberScheduled'), count(now, 'numberReady'))} of ${count(now, 'desiredNumberScheduled')} nodes did not answer`;
}
