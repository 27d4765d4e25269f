// Decides from its status alone whether an applied object is in effect, and if not, what is in the way. One rule for each kind.
import { findCondition, type Condition } from '../../operator/api/conditions.ts';
import { group, operatorService } from '../../operator/api/group.ts';
import { entries, field, type KubeObject } from '../../operator/api/object.ts';
import { installLabels } from '../../operator/install/names.ts';

/** What is in the way. */
export interface Obstacle {
  /** What is awaited, e.g. the type of a condition. */
  readonly aspect: string;
  readonly reason?: string;
  readonly message?: string;
  /** Only another spec could help; waiting can't. */
  readonly hopeless?: true;
}

type Rule = (object: KubeObject) => Obstacle | undefined;

/** These reasons speak of the spec itself, at the generation that they name: nothing else in the cluster can change them. */
const hopelessReasons = new Set(['InvalidSpec', 'UnsupportedValue', 'Invalid']);

const rules: Readonly<Record<string, Rule>> = {
  [`${group}/DaemonAgent`]: (agent) => ofConditions(agent, field(agent, 'status', 'conditions'), ['Accepted', 'WorkerPoolReady', 'EgressConfigured', 'RevisionReady']) ?? running(agent),
  [`${group}/EgressGateway`]: (gateway) => ofConditions(gateway, field(gateway, 'status', 'conditions'), ['Ready']),
  // A pool of no workers is what was asked for, and never becomes available.
  [`${group}/WorkerPool`]: (pool) => ofConditions(pool, field(pool, 'status', 'conditions'), field(pool, 'spec', 'replicas') === 0 ? ['Configured'] : ['Configured', 'Available']),
  [`${group}/AIProviderRoute`]: (route) => atEach(route, field(route, 'spec', 'parentRefs'), { list: 'parents', reference: 'parentRef' }),
  [`${group}/CredentialInjectionPolicy`]: (policy) =>
    atEach(policy, field(policy, 'spec', 'targetRefs') ?? field(policy, 'spec', 'parentRefs'), { list: 'ancestors', reference: 'ancestorRef' }),
  'apiextensions.k8s.io/CustomResourceDefinition': (definition) => ofConditions({ ...definition, metadata: { name: '' } }, field(definition, 'status', 'conditions'), ['NamesAccepted', 'Established']),
  'apps/Deployment': (deployment) => rolledOut(deployment, { wanted: wantedReplicas(deployment), updated: 'updatedReplicas', available: 'availableReplicas' }),
  'apps/DaemonSet': (set) => rolledOut(set, { wanted: field(set, 'status', 'desiredNumberScheduled'), updated: 'updatedNumberScheduled', available: 'numberAvailable' }),
  '/Namespace': (namespace) => (field(namespace, 'status', 'phase') === 'Active' ? undefined : { aspect: 'phase Active', reason: String(field(namespace, 'status', 'phase') ?? 'Unknown') }),
};

const ruleOf = ({ apiVersion, kind }: KubeObject): Rule | undefined => {
  const name = `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`;
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
};

/** Whether the kind has a state to wait for; others are in effect as soon as they are stored. */
export const isAwaited = (object: KubeObject): boolean => ruleOf(object) !== undefined;

/** What keeps the object from being in effect; undefined when it is. */
export function obstacle(object: KubeObject): Obstacle | undefined {
  if (object.metadata.deletionTimestamp !== undefined) return { aspect: 'the object', reason: 'Deleting', message: 'somebody deletes it', hopeless: true };
  return ruleOf(object)?.(object);
}

/** The first condition that does not hold, or that speaks of an older spec. */
function ofConditions({ metadata }: KubeObject, found: unknown, wanted: readonly string[]): Obstacle | undefined {
  const known = entries(found).filter((one) => typeof one === 'object' && one !== null) as readonly Condition[];
  for (const type of wanted) {
    const condition = findCondition(known, type);
    if (condition === undefined) return { aspect: type, message: 'nobody has looked at it yet' };
    const isCurrent = metadata.generation === undefined || (condition.observedGeneration ?? 0) >= metadata.generation;
    if (!isCurrent) return { aspect: type, message: 'what is known is about an older spec' };
    if (condition.status !== 'True') {
      const { reason, message } = condition;
      return { aspect: type, reason, ...(message ? { message } : {}), ...(hopelessReasons.has(reason) ? { hopeless: true } : {}) };
    }
  }
  return undefined;
}

/** Its image may be ready and its process end at once all the same. */
function running(agent: KubeObject): Obstacle | undefined {
  const phase = field(agent, 'status', 'phase');
  const message = field(agent, 'status', 'message');
  const said = typeof message === 'string' && message !== '' ? { message } : {};
  if (phase === 'Running') return undefined;
  if (phase !== 'Stopped') return { aspect: 'phase Running', reason: typeof phase === 'string' ? phase : 'Pending', ...said };
  // It will not start again before its spec changes. That is a fault, unless it was to end and ended well.
  const endedWell = field(agent, 'spec', 'restartPolicy') !== 'Always' && message === undefined;
  return endedWell ? undefined : { aspect: 'phase Running', reason: 'Stopped', ...said, hopeless: true };
}

/** Routes and policies carry conditions for each object that they name. */
function atEach(object: KubeObject, references: unknown, { list, reference }: { readonly list: string; readonly reference: string }): Obstacle | undefined {
  const told = entries(field(object, 'status', list));
  for (const wanted of entries(references)) {
    const [kind, name] = [String(field(wanted, 'kind')), String(field(wanted, 'name'))];
    const entry = told.find((one) => field(one, reference, 'name') === name && field(one, reference, 'kind') === kind);
    const found = ofConditions(object, field(entry, 'conditions'), ['Accepted', 'ResolvedRefs']);
    if (found) return { ...found, aspect: `${found.aspect} at ${kind} ${name}` };
  }
  return undefined;
}

/** Of the operator's pods one leads and is ready; the others wait for their turn. */
function wantedReplicas(deployment: KubeObject): unknown {
  const { labels } = deployment.metadata;
  const isOperator = labels?.['app.kubernetes.io/part-of'] === installLabels['app.kubernetes.io/part-of'] && deployment.metadata.name === operatorService.name;
  return isOperator ? 1 : (field(deployment, 'spec', 'replicas') ?? 1);
}

/** Pods of the present template, as many as are wanted, available. */
function rolledOut({ metadata, ...object }: KubeObject, { wanted, updated, available }: { readonly wanted: unknown; readonly updated: string; readonly available: string }): Obstacle | undefined {
  const number = (name: string): number => Number(field(object, 'status', name) ?? 0);
  const aspect = 'its pods';
  if (wanted === undefined || number('observedGeneration') < (metadata.generation ?? 0)) return { aspect, message: 'nobody has looked at it yet' };
  const stuck = entries(field(object, 'status', 'conditions')).find((one) => (field(one, 'type') === 'ReplicaFailure' && field(one, 'status') === 'True') || (field(one, 'type') === 'Progressing' && field(one, 'status') === 'False'));
  if (number(updated) >= Number(wanted) && number(available) >= Number(wanted)) return undefined;
  const why = stuck === undefined ? `${number(available)} of ${String(wanted)} are available` : String(field(stuck, 'message'));
  return { aspect, message: why, ...(stuck === undefined ? {} : { reason: String(field(stuck, 'reason')) }) };
}
