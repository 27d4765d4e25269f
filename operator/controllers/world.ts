// Everything the controllers look at: caches of the kinds, the named Secrets, who is connected, and who runs where.
import type { AgentSandboxRevision } from '../api/agent-sandbox-revision.ts';
import type { AIProviderRoute } from '../api/ai-provider-route.ts';
import { conforms } from '../api/conform.ts';
import type { CredentialInjectionPolicy } from '../api/credential-injection-policy.ts';
import type { DaemonAgent } from '../api/daemon-agent.ts';
import type { EgressGateway } from '../api/egress-gateway.ts';
import { authoritySecretName } from '../api/group.ts';
import { kindNamed } from '../api/kinds.ts';
import type { WorkerPool } from '../api/worker-pool.ts';
import { Cache } from '../kube/cache.ts';
import { isExpired } from '../kube/errors.ts';
import type { Kube, KubeObject, Resource } from '../kube/kube.ts';
import { agentSandboxRevisions, aiProviderRoutes, credentialInjectionPolicies, daemonAgents, egressGateways, workerPools } from '../kube/resources.ts';
import { authority, type Authority } from '../plan/authority.ts';
import { currentRevisionName } from '../plan/revision.ts';
import type { AgentFacts } from '../plan/work-order.ts';
import { Peers } from '../serve/peers.ts';
import type { PodIdentity } from '../trust/identity.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';
import type { WorkerStatus } from '../../sandbox/contract.ts';
import { SecretGrants } from './secret-grants.ts';
import { SecretWatches } from './secret-watches.ts';

/** A worker keeps its agents while its stream is away for less than this; then they are placed elsewhere. */
const workerGraceMs = 10_000;
/** A proxy that restarts is back within this. */
const proxyGraceMs = 3_000;
const startUpMs = 10_000;
/** After a restart of ours a worker that lives is back within this; then its agents are no longer told as running. Their place they keep for its grace. */
export const comeBackMs = 1500;

export interface World {
  readonly kube: Kube;
  readonly log: Logger;
  readonly agents: Cache<DaemonAgent>;
  readonly pools: Cache<WorkerPool>;
  readonly gateways: Cache<EgressGateway>;
  readonly routes: Cache<AIProviderRoute>;
  readonly policies: Cache<CredentialInjectionPolicy>;
  readonly revisions: Cache<AgentSandboxRevision>;
  readonly secrets: SecretWatches;
  readonly grants: SecretGrants | undefined;
  /** By `pool namespace/pool/worker`. */
  readonly workers: Peers<WorkerStatus>;
  /** By the key of their pod, which is that of its worker; the state is the version of the policy that the proxy has taken. */
  readonly proxies: Peers<string>;
  /** Agent `namespace/name` -> worker, as last decided; undefined until the first decision. */
  placement: ReadonlyMap<string, string> | undefined;
  /** Gateway `namespace/name` -> pods whose sandboxes use it, as last decided. */
  gatewayPods: ReadonlyMap<string, ReadonlySet<string>>;
  /** The time that workers have to come back after our start is over. */
  settled: boolean;
}

export const workerKey = (namespace: string, pool: string, worker: string): string => `${namespace}/${pool}/${worker}`;
/** Worker and proxy of one pod have one key. */
export const podKey = ({ namespace, pool, pod }: PodIdentity): string => workerKey(namespace, pool, pod);
export const poolOfWorker = (key: string): string => key.split('/').slice(0, 2).join('/');
export const nameOfWorker = (key: string): string => key.split('/')[2] ?? key;

export interface WorldOptions {
  readonly signal: AbortSignal;
  readonly secretChanged: (namespace: string, name: string) => void;
  /** Whether the operator grants itself the Secrets that are named, one by one; else it may read them all. */
  readonly inCluster: boolean;
}

export function openWorld(kube: Kube, log: Logger, { signal, secretChanged, inCluster }: WorldOptions): World {
  const grants = inCluster ? new SecretGrants(kube, log, signal) : undefined;
  let told = '';
  const startedAt = Date.now();
  // Everything starts at once, so at first a server or a kind that is not there yet is no news; nor is a repetition later on.
  const onRetry = (error: unknown): void => {
    const what = error instanceof Error ? error.message : String(error);
    // That a server has forgotten where we were is in the nature of a watch: everything is listed again.
    const isNews = what !== told && !isExpired(error) && Date.now() - startedAt > startUpMs;
    if (isNews) told = what;
    const tell = isNews ? log.warn : log.debug;
    tell('the API server does not let us look; trying again', { error });
  };
  const cache = <T extends KubeObject>(resource: Resource): Cache<T> => new Cache<T>({ kube, resource, signal, onRetry, accepts: (object) => isReadable(object, log) });
  return {
    kube,
    log,
    agents: cache<DaemonAgent>(daemonAgents),
    pools: cache<WorkerPool>(workerPools),
    gateways: cache<EgressGateway>(egressGateways),
    routes: cache<AIProviderRoute>(aiProviderRoutes),
    policies: cache<CredentialInjectionPolicy>(credentialInjectionPolicies),
    revisions: cache<AgentSandboxRevision>(agentSandboxRevisions),
    secrets: new SecretWatches(kube, { log, changed: secretChanged, granted: async (ref) => grants?.granted(ref) }),
    grants,
    workers: new Peers<WorkerStatus>(workerGraceMs),
    proxies: new Peers<string>(proxyGraceMs),
    placement: undefined,
    gatewayPods: new Map(),
    settled: false,
  };
}

/** The server checks what is written, but not what it stored under another schema. */
function isReadable(object: KubeObject, log: Logger): boolean {
  const schema = kindNamed(object.kind)?.spec.json;
  if (!schema || conforms(schema, object['spec'])) return true;
  log.warn(`${object.kind} ${object.metadata.namespace}/${object.metadata.name} does not fit its schema and is ignored; apply it again`);
  return false;
}

export const caches = (world: World) => [world.agents, world.pools, world.gateways, world.routes, world.policies, world.revisions] as const;

/** Names every Secret that some object needs, so that it is watched from now on. */
export function watchNamedSecrets(world: World): void {
  const ofPolicies = world.policies.list().map(({ metadata, spec }) => ({ namespace: metadata.namespace ?? 'default', name: spec.secretRef.name }));
  const ofGateways = world.gateways.list().map(({ metadata }) => ({ namespace: metadata.namespace ?? 'default', name: authoritySecretName(metadata.name) }));
  const named = [...ofPolicies, ...ofGateways];
  world.grants?.want(named);
  world.secrets.want(named);
}

export const authorityOf = (world: World, gateway: EgressGateway): Authority =>
  authority(gateway, world.secrets.get(gateway.metadata.namespace ?? 'default', authoritySecretName(gateway.metadata.name)));

export function factsOf(world: World, agent: DaemonAgent): AgentFacts {
  const namespace = agent.metadata.namespace ?? 'default';
  const gatewayName = agent.spec.egressRefs?.[0]?.gatewayRef;
  const gateway = gatewayName === undefined ? undefined : world.gateways.get(namespace, gatewayName);
  return {
    agent,
    pool: world.pools.get(namespace, agent.spec.workerPoolRef),
    gateway,
    authority: gateway ? authorityOf(world, gateway) : { state: 'absent' },
    revision: world.revisions.get(namespace, currentRevisionName(agent)),
  };
}
