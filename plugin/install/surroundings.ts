// What surrounds an installation: the server's release, the nodes, Pod Security, another operator, the Gateway API.
import { entries, field } from '../../operator/api/object.ts';
import { operatorLease, systemNamespace } from '../../operator/install/names.ts';
import { podSecurityLabel } from '../../operator/install/namespaces.ts';
import { isNotFound, KubeError } from '../../operator/kube/errors.ts';
import { heldBy, looksExpired } from '../../operator/kube/lease.ts';
import type { Kube, KubeObject, Resource } from '../../operator/kube/kube.ts';
import { crds, leases, namespaces } from '../../operator/kube/resources.ts';
import { look } from '../cluster/foreign.ts';
import type { Finding } from './finding.ts';
import { isMarked } from './installed.ts';
import { othersPods } from './own-namespaces.ts';

/** ValidatingAdmissionPolicy is v1 since then. */
export const leastMinor = 30;
/** What the tests run against. */
export const testedMinor = 35;

export const nodes: Resource = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false };

export function releaseFinding(server: string): Finding {
  const topic = 'server';
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(server) ?? [];
  if (major === undefined || minor === undefined) return { level: 'warning', topic, text: `Kubernetes ${server}, whose version nobody can compare` };
  const isOld = Number(major) < 1 || (Number(major) === 1 && Number(minor) < leastMinor);
  if (isOld) return { level: 'bad', topic, text: `Kubernetes ${server} is older than 1.${leastMinor}`, hint: 'upgrade the cluster, or use another one with --context' };
  const isNew = Number(major) > 1 || Number(minor) > testedMinor + 1;
  return isNew ? { level: 'warning', topic, text: `Kubernetes ${server}; this version was tried with 1.${testedMinor}` } : { level: 'ok', topic, text: `Kubernetes ${server}` };
}

/** Whether namespaces of ours exist with another level, which somebody set and would be changed, or with pods of others. */
export async function podSecurityFinding(kube: Kube, objects: readonly KubeObject[]): Promise<Finding> {
  const topic = 'pod security';
  const wanted = objects.filter(({ kind }) => kind === 'Namespace');
  const changed: string[] = [];
  const hurt: string[] = [];
  for (const { metadata } of wanted) {
    const found = await look(kube, namespaces, { name: metadata.name });
    if (found?.metadata.deletionTimestamp !== undefined) return { level: 'bad', topic, text: `namespace ${metadata.name} is being deleted, and takes nothing new`, hint: 'wait until it is gone, then run the same command again' };
    const others = found && !isMarked(found) ? await othersPods(kube, metadata.name) : [];
    if (others.length > 0) hurt.push(`namespace ${metadata.name} has ${others.length === 1 ? 'a pod' : `${others.length} pods`} of somebody else: ${others.slice(0, 3).join(', ')}`);
    const [level, ours] = [found?.metadata.labels?.[podSecurityLabel], metadata.labels?.[podSecurityLabel]];
    if (found && level !== ours) changed.push(`namespace ${metadata.name} is ${level ?? 'without a level'}, and becomes ${ours ?? ''}`);
  }
  if (hurt.length > 0) return { level: 'bad', topic, text: 'an installation would close the network of pods that are not its own, and keep them from starting again', lines: hurt, hint: 'use another cluster, or move them to another namespace' };
  if (changed.length > 0) return { level: 'warning', topic, text: 'levels of namespaces change', lines: changed };
  return { level: 'ok', topic, text: wanted.map(({ metadata }) => `${metadata.name} is ${metadata.labels?.[podSecurityLabel] ?? ''}`).join(', ') };
}

/** A dev session that works as the operator of this cluster. A pod of ours takes its turn by itself. */
export async function leaseFinding(kube: Kube): Promise<Finding> {
  const topic = 'operator';
  const held = heldBy(await look(kube, leases, operatorLease));
  if (!held || looksExpired(held, new Date())) return { level: 'ok', topic, text: 'no operator runs' };
  if (!held.identity.startsWith('kubectl clrk dev')) return { level: 'ok', topic, text: `runs as ${held.identity}` };
  return { level: 'bad', topic, text: `a dev session works as the operator of this cluster: ${held.identity}`, hint: 'end it first, or use another cluster' };
}

export async function nodesFinding(kube: Kube): Promise<Finding> {
  const topic = 'nodes';
  let all: readonly KubeObject[];
  try {
    all = (await kube.list(nodes)).items;
  } catch (error) {
    if (!(error instanceof KubeError) || (error.code !== 403 && !isNotFound(error))) throw error;
    return { level: 'warning', topic, text: 'you may not look at them', hint: 'workers need Linux on amd64 or arm64, with user namespaces' };
  }
  const about = (node: KubeObject, name: string): string => String(field(node, 'status', 'nodeInfo', name) ?? node.metadata.labels?.[`kubernetes.io/${name === 'operatingSystem' ? 'os' : 'arch'}`] ?? 'unknown');
  const fit = all.filter((node) => about(node, 'operatingSystem') === 'linux' && ['amd64', 'arm64'].includes(about(node, 'architecture')));
  if (all.length === 0) return { level: 'warning', topic, text: 'there is none, so that no pod can run' };
  if (fit.length === 0) return { level: 'bad', topic, text: `none of ${all.length} runs Linux on amd64 or arm64, for which there are images` };
  const ready = fit.filter((node) => entries(field(node, 'status', 'conditions')).some((one) => field(one, 'type') === 'Ready' && field(one, 'status') === 'True'));
  const text = `${fit.length} of ${all.length} run Linux on amd64 or arm64`;
  if (ready.length === 0) return { level: 'warning', topic, text: `${text}, and none of them is ready` };
  return { level: 'ok', topic, text: `${text}; whether they allow user namespaces is seen when a worker starts` };
}

export async function gatewayFinding(kube: Kube): Promise<Finding> {
  const found = await look(kube, crds, { name: 'gateways.gateway.networking.k8s.io' });
  return { level: 'ok', topic: 'Gateway API', text: found ? 'is there; this version makes nothing of it' : `is not there, and nothing in ${systemNamespace} needs it` };
}
