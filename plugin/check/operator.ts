// Checks of the operator: its namespaces, pods, images, Lease, Service, and of the authority that workers trust.
import { X509Certificate } from 'node:crypto';
import { annotations } from '../../operator/api/group.ts';
import { entries, field, type KubeObject } from '../../operator/api/object.ts';
import { podLabels } from '../../operator/install/marks.ts';
import { authorityConfigMap, components, operatorLease, systemNamespace } from '../../operator/install/names.ts';
import { namespaceObjects, podSecurityLabel } from '../../operator/install/namespaces.ts';
import { operatorObjects } from '../../operator/install/operator-deployment.ts';
import { installSettings } from '../../operator/install/settings.ts';
import { heldBy, looksExpired } from '../../operator/kube/lease.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { configmaps, deployments, endpoints, leases, namespaces, pods, services } from '../../operator/kube/resources.ts';
import { obstacle } from '../manifests/readiness.ts';
import { obstacleText } from '../manifests/wait-report.ts';
import { saysTheSame } from './intact.ts';
import { again, bad, get, list, ok, warning, type Check } from './result.ts';

const ref = operatorLease;

export const checkNamespaces: Check = async ({ kube }) => {
  const faults: string[] = [];
  for (const { metadata } of namespaceObjects(true)) {
    const found = await get(kube, namespaces, { name: metadata.name });
    const [is, wanted] = [found?.metadata.labels?.[podSecurityLabel], metadata.labels?.[podSecurityLabel]];
    if (!found && metadata.name === systemNamespace) return bad('namespaces', `namespace ${metadata.name} is missing`, again);
    if (found?.metadata.deletionTimestamp !== undefined) return bad('namespaces', `namespace ${metadata.name} is being deleted`, 'wait until it is gone, then kubectl clrk install');
    if (found && is !== wanted) faults.push(`${metadata.name} has level ${is ?? 'none'} and was made with ${wanted ?? ''}`);
  }
  return faults.length === 0 ? ok('namespaces', 'with their levels of Pod Security') : warning('namespaces', 'levels of Pod Security were changed', again, faults);
};

/** Why pods of the operator do not run, as their containers say. */
async function podFaults(kube: Kube): Promise<readonly string[]> {
  const selector = Object.entries(podLabels(components.operator)).map(([name, value]) => `${name}=${value}`).join(',');
  const found = await list(kube, pods, { namespace: systemNamespace, labelSelector: selector }).catch(() => []);
  return found.flatMap((pod) => [
    ...entries(field(pod, 'status', 'conditions')).filter((one) => field(one, 'type') === 'PodScheduled' && field(one, 'status') === 'False'),
    ...entries(field(pod, 'status', 'containerStatuses')).flatMap((status) => [field(status, 'state', 'waiting') ?? field(status, 'state', 'terminated')]).filter((one) => one !== undefined),
  ].map((one) => `pod ${pod.metadata.name}: ${[field(one, 'reason'), field(one, 'message')].filter((part) => typeof part === 'string').join(': ')}`));
}

export const checkOperator: Check = async ({ kube }) => {
  const found = await get(kube, deployments, ref);
  if (!found) return bad('operator', 'its Deployment is missing', again);
  const inTheWay = obstacle(found);
  if (inTheWay === undefined) return ok('operator', `${String(field(found, 'status', 'availableReplicas'))} of ${String(field(found, 'spec', 'replicas'))} available`);
  return bad('operator', `does not run: ${obstacleText(inTheWay)}`, `look: kubectl -n ${ref.namespace} describe pods; kubectl -n ${ref.namespace} logs deployment/${ref.name}`, await podFaults(kube));
};

const imagesOf = (deployment: KubeObject): readonly string[] => {
  const [container] = entries(field(deployment, 'spec', 'template', 'spec', 'containers'));
  const proxy = entries(field(container, 'env')).find((one) => field(one, 'name') === 'CLRK_PROXY_IMAGE');
  return [field(container, 'image'), field(proxy, 'value')].filter((one) => typeof one === 'string');
};

/** By their tags: an image of one's own has a tag of one's own, so that this is no more than a warning. */
export const checkImages: Check = async ({ kube }) => {
  const found = await get(kube, deployments, ref);
  if (!found) return warning('images', 'without a Deployment there are none', again);
  const release = found.metadata.annotations?.[annotations.version];
  const images = imagesOf(found);
  const others = images.filter((image) => release !== undefined && !image.endsWith(`:${release}`));
  return others.length === 0 ? ok('images', images.join(', ')) : warning('images', `not of version ${release ?? ''} by their tags`, 'right where you chose them yourself; else kubectl clrk install', others);
};

export const checkLeader: Check = async ({ kube, now }) => {
  const held = heldBy(await get(kube, leases, ref));
  if (!held) return bad('leader', 'no operator leads', `look: kubectl -n ${ref.namespace} logs deployment/${ref.name}`);
  if (looksExpired(held, now)) return bad('leader', `${held.identity} has been silent since ${held.renewedAt}`, `look: kubectl -n ${ref.namespace} get pods`);
  return held.identity.startsWith('kubectl clrk dev') ? warning('leader', `a dev session leads: ${held.identity}`, 'the installed operator takes its turn when that ends') : ok('leader', held.identity);
};

export const checkService: Check = async ({ kube }) => {
  const found = await get(kube, services, ref);
  if (!found) return bad('service', 'the Service is missing', again);
  const [wanted] = operatorObjects(installSettings());
  if (wanted && !saysTheSame(found, wanted)) return bad('service', 'the Service is not as it was made', again);
  const ready = entries(field(await get(kube, endpoints, ref), 'subsets')).flatMap((one) => entries(field(one, 'addresses')));
  return ready.length > 0 ? ok('service', `leads to ${ready.map((one) => String(field(one, 'ip'))).join(', ')}`) : bad('service', 'the Service leads nowhere: no operator is ready', `look: kubectl -n ${ref.namespace} get pods`);
};

const soonDays = 7;

export const checkAuthority: Check = async ({ kube, now }) => {
  const maps = await list(kube, configmaps, { fieldSelector: `metadata.name=${authorityConfigMap}` });
  if (maps.length === 0) return ok('authority', 'no namespace has workers that would need it');
  const ends = maps.map((map) => ({ place: map.metadata.namespace ?? '', end: endOf(String(field(map, 'data', 'ca.crt') ?? '')) }));
  const faults = ends.flatMap(({ place, end }) => (end === undefined ? [`namespace ${place}: holds no certificate`] : end <= now ? [`namespace ${place}: ended ${end.toISOString()}`] : []));
  const look = `the operator writes it anew: kubectl -n ${ref.namespace} rollout restart deployment/${ref.name}`;
  if (faults.length > 0) return bad('authority', 'workers can trust nobody', look, faults);
  const first = new Date(Math.min(...ends.map(({ end }) => end?.getTime() ?? Infinity)));
  const days = Math.floor((first.getTime() - now.getTime()) / 86_400_000);
  return days < soonDays ? warning('authority', `ends in ${days} days, and should have been renewed`, look) : ok('authority', `valid for ${days} days, in ${maps.length} ${maps.length === 1 ? 'namespace' : 'namespaces'}`);
};

/** Of a bundle the one that lasts longest: while it changes, the old one is still in it. */
function endOf(bundle: string): Date | undefined {
  try {
    const certificates = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const ends = certificates.map((pem) => new X509Certificate(pem).validToDate.getTime());
    return ends.length === 0 ? undefined : new Date(Math.max(...ends));
  } catch {
    return undefined;
  }
}
