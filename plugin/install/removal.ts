// Decides what an uninstall takes out of a cluster, what it leaves there, and why.
import { annotations, group } from '../../operator/api/group.ts';
import { kinds } from '../../operator/api/kinds.ts';
import { authorityConfigMap, madeLabels, nodeAccount, nodeNamespace, offlineConfigMap, readerAccount, secretsRole, workerAccount, workersOf } from '../../operator/install/names.ts';
import type { Kube, KubeObject, Resource } from '../../operator/kube/kube.ts';
import * as resources from '../../operator/kube/resources.ts';
import { foundKinds } from '../cluster/foreign.ts';
import { instances } from '../cluster/definitions.ts';
import { allOf } from '../cluster/inhabitants.ts';
import { printedName } from '../manifests/apply.ts';
import { installed, isMarked, type Found } from './installed.ts';

/** What the operator makes for pools and policies. Not the authorities of gateways: those belong to the gateways. */
const madeKinds: readonly Resource[] = [resources.deployments, resources.poddisruptionbudgets, resources.networkpolicies, resources.configmaps, resources.rolebindings, resources.roles, resources.serviceaccounts];
const madeSelector = Object.entries(madeLabels).map(([name, value]) => `${name}=${value}`).join(',');

const madeNames: readonly string[] = [authorityConfigMap, offlineConfigMap, readerAccount, secretsRole, workerAccount];

/** Anybody can copy labels with an object: what the operator makes has one of its names, or that of the pool it belongs to. */
const isMade = ({ metadata: { name, ownerReferences = [] } }: KubeObject): boolean =>
  madeNames.includes(name) || ownerReferences.some((owner) => owner.kind === 'WorkerPool' && owner.apiVersion.startsWith(`${group}/`) && name === workersOf(owner.name));

/** People's objects in the order in which they go: who names others before whom it names. */
const order = ['daemonagents', 'aiproviderroutes', 'credentialinjectionpolicies', 'egressgateways', 'workerpools', 'agentsandboxrevisions'];

export interface Kept {
  readonly object: KubeObject;
  readonly why: string;
}

export interface Removal {
  /** Of our kinds, when they are to go. */
  readonly people: readonly Found[];
  /** The operator's. */
  readonly operator: readonly Found[];
  /** Made by the operator, wherever they are. */
  readonly made: readonly Found[];
  readonly nodeProfile: Found | undefined;
  readonly rest: readonly Found[];
  readonly definitions: readonly Found[];
  /** Whether a namespace can go is seen when it is empty. */
  readonly namespaces: readonly Found[];
  readonly kept: readonly Kept[];
}

export interface RemovalChoice {
  readonly deleteData: boolean;
  readonly keepDefinitions: boolean;
}

/** All objects of our kinds, by definition. */
export async function peoplesObjects(kube: Kube): Promise<ReadonlyMap<string, readonly KubeObject[]>> {
  const found = await foundKinds(kube);
  const ours = found.filter(({ object }) => kinds.some(({ plural }) => object.metadata.name === `${plural}.${group}`));
  return new Map(await Promise.all(ours.map(async ({ object }) => [object.metadata.name, await instances(kube, object)] as const)));
}

const plural = (count: number): string => (count === 1 ? '1 object of it is there' : `${count} objects of it are there`);

export async function removal(kube: Kube, { deleteData, keepDefinitions }: RemovalChoice): Promise<Removal> {
  const all = await installed(kube);
  const of = (kind: string): readonly Found[] => all.filter(({ resource }) => resource.kind === kind);
  const objects = await peoplesObjects(kube);
  const made = (await Promise.all(madeKinds.map(async (resource) => (await allOf(kube, resource, { labelSelector: madeSelector })).filter(isMade).map((object) => ({ resource, object }))))).flat();
  const people = deleteData ? order.flatMap((name) => (objects.get(`${name}.${group}`) ?? []).map((object) => ({ resource: knownPlural(name), object }))) : [];
  const whyKept = ({ object }: Found): string | undefined => {
    const count = deleteData ? 0 : (objects.get(object.metadata.name) ?? []).length;
    if (keepDefinitions) return 'asked for by --keep-crds';
    if (object.metadata.annotations?.[annotations.devSession] !== undefined) return 'a dev session made it';
    return count === 0 ? undefined : `${plural(count)}, and would go with it; --delete-data takes both`;
  };
  const definitions = of('CustomResourceDefinition');
  // Revisions stand for agents: where the one stays, the other does.
  const anyKept = definitions.some((one) => whyKept(one) !== undefined);
  const isKept = (one: Found): string | undefined => whyKept(one) ?? (anyKept ? 'others of the group stay' : undefined);
  const unmarked = (await foundKinds(kube)).filter(({ object }) => !isMarked(object)).map(({ object }): Kept => ({ object, why: 'install did not make it' }));
  const special = new Set(['CustomResourceDefinition', 'Namespace', 'Deployment']);
  // Its settings go to every node once more: it must be the one that administrators alone can write.
  const nodeProfile = of('DaemonSet').find(({ object: { metadata } }) => metadata.namespace === nodeNamespace && metadata.name === nodeAccount);
  return {
    people,
    operator: of('Deployment'),
    made,
    nodeProfile,
    rest: all.filter((one) => one !== nodeProfile && !special.has(one.resource.kind)).toReversed(),
    definitions: definitions.filter((one) => isKept(one) === undefined),
    namespaces: of('Namespace').toReversed(),
    kept: [...definitions.flatMap((one) => { const why = isKept(one); return why === undefined ? [] : [{ object: one.object, why }]; }), ...unmarked],
  };
}

const knownPlural = (name: string): Resource => {
  const found = [resources.daemonAgents, resources.aiProviderRoutes, resources.credentialInjectionPolicies, resources.egressGateways, resources.workerPools, resources.agentSandboxRevisions].find(({ plural: one }) => one === name);
  if (!found) throw new Error(`${name} is no kind of ours`);
  return found;
};

/** In the order in which they go. */
export const everything = ({ people, operator, made, nodeProfile, rest, definitions, namespaces }: Removal): readonly Found[] => [...people, ...operator, ...made, ...(nodeProfile ? [nodeProfile] : []), ...rest, ...definitions, ...namespaces];

export const keptLine = ({ object, why }: Kept): string => `kept ${printedName(object)}: ${why}`;
