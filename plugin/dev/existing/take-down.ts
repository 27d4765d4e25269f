// Removes from a cluster what a session has created there: exactly those objects, and none that others have come to use.
import { setTimeout as sleep } from 'node:timers/promises';
import { field } from '../../../operator/api/object.ts';
import { authoritySecretName, group, labels } from '../../../operator/api/group.ts';
import { isConflict, isNotFound, isUnreachable } from '../../../operator/kube/errors.ts';
import type { Kube, KubeObject, Resource } from '../../../operator/kube/kube.ts';
import { agentSandboxRevisions, events, secrets } from '../../../operator/kube/resources.ts';
import { isOf, type Entry, type Ledger } from './ledger.ts';
import { instances, sharers } from '../../cluster/definitions.ts';
import { allOf, inhabitants, nameOf } from '../../cluster/inhabitants.ts';
import { fieldManager } from '../install.ts';
import { namedBy, strangers, strangersAmong } from './strangers.ts';

export interface Removal {
  readonly kube: Kube;
  readonly ledger: Ledger;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface TakeDown extends Removal {
  /** Throws when the cluster is not ours to change any more. */
  readonly confirm: () => Promise<void>;
}

const goneWithinMs = 15_000;
const lookEveryMs = 200;
const isDefinition = ({ resource }: Entry): boolean => resource.kind === 'CustomResourceDefinition';
/** It is given back last, by whoever holds it. */
const isLease = ({ resource }: Entry): boolean => resource.kind === 'Lease';
const isNamespace = ({ resource }: Entry): boolean => resource.kind === 'Namespace' && resource.group === '';
const printed = ({ resource, namespace, name }: Entry): string => nameOf({ apiVersion: '', kind: resource.kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } });

/** The first few, and how many more. */
const some = (names: readonly string[]): string => `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;

/** What an entry means, if it is there and still the same object. */
async function present(kube: Kube, entry: Entry): Promise<KubeObject | undefined> {
  const found = await kube.get(entry.resource, entry).catch((error: unknown) => {
    // The kind went, and all its objects with it.
    if (isNotFound(error)) return undefined;
    throw error;
  });
  return found && isOf(entry, found) ? found : undefined;
}

/** False when it has become another object meanwhile. */
async function remove(kube: Kube, resource: Resource, { metadata }: KubeObject): Promise<boolean> {
  try {
    await kube.remove(resource, metadata, { preconditions: metadata.uid === undefined ? {} : { uid: metadata.uid }, propagationPolicy: 'Background' });
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/**
 * What the operator made for an object. Before the object itself: a full Kubernetes would collect most of it meanwhile,
 * and of what is gone nobody can tell any more which events were about it.
 */
async function removeBelongings(kube: Kube, { resource, name, namespace = 'default' }: Entry, { uid, since }: { readonly uid: string | undefined; readonly since: string | undefined }): Promise<void> {
  if (resource.group !== group || uid === undefined) return;
  const isOwned = ({ metadata }: KubeObject): boolean => metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
  if (resource.kind === 'DaemonAgent') {
    const revisions = await allOf(kube, agentSandboxRevisions, { namespace, labelSelector: `${labels.agent}=${name}` });
    for (const revision of revisions.filter(isOwned)) await remove(kube, agentSandboxRevisions, revision);
    // Where the agent is gone already, another may have its name.
    if (since !== undefined) await removeEvents(kube, namespace, 'involvedObject.kind=AgentSandboxRevision', isAboutRevisionOf(name, since));
  }
  if (resource.kind === 'EgressGateway') {
    const secret = await kube.get(secrets, { namespace, name: authoritySecretName(name) });
    if (secret && isOwned(secret)) await remove(kube, secrets, secret);
  }
  await removeEvents(kube, namespace, `involvedObject.uid=${uid}`);
}

/** Those of older revisions too, which the operator has removed: an agent's name is its own for as long as it is there. */
const isAboutRevisionOf = (agent: string, since: string) => (event: KubeObject): boolean => {
  const name = field(event, 'involvedObject', 'name');
  return typeof name === 'string' && name.startsWith(`${agent}-`) && /^\d{5,}$/.test(name.slice(agent.length + 1)) && (event.metadata.creationTimestamp ?? '') >= since;
};

async function removeEvents(kube: Kube, namespace: string, fieldSelector: string, isMeant: (event: KubeObject) => boolean = () => true): Promise<void> {
  const { items } = await kube.list(events, { namespace, fieldSelector });
  for (const event of items.filter(isMeant)) await remove(kube, events, event);
}

/** One entry after the other; one that cannot be removed stays written down and keeps no other back. */
async function each({ ledger, tell, signal }: Removal, entries: readonly Entry[], act: (entry: Entry) => Promise<string | undefined>): Promise<void> {
  for (const entry of entries) {
    signal.throwIfAborted();
    try {
      const kept = await act(entry);
      if (kept !== undefined) tell(`kept ${printed(entry)}: ${kept}`);
      ledger.forget(entry);
    } catch (error) {
      if (isUnreachable(error) || signal.aborted) throw error;
      tell(`warning: could not remove ${printed(entry)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Agents, gateways, Secrets and all else that lives in namespaces, newest first. */
export async function removeObjects(job: Removal, entries: readonly Entry[]): Promise<void> {
  const { kube, ledger } = job;
  const users = new Map((await strangers(kube, ledger)).flatMap((stranger) => namedBy(stranger).map((name) => [name, nameOf(stranger)] as const)));
  await each(job, entries.filter((entry) => !isDefinition(entry) && !isNamespace(entry) && !isLease(entry)).toReversed(), async (entry) => {
    const object = await present(kube, entry);
    const user = users.get(printed(entry));
    if (object && user !== undefined) return `${user}, which this session did not create, needs it`;
    await removeBelongings(kube, entry, { uid: entry.uid ?? object?.metadata.uid, since: object?.metadata.creationTimestamp });
    if (object) await remove(kube, entry.resource, object);
    return undefined;
  });
}

/**
 * Removing a definition removes everybody's objects: ours go together, and only when nobody has one left. That is looked at
 * anew right before each of them, since people go on working in the cluster meanwhile.
 */
async function removeDefinitions(job: Removal): Promise<void> {
  const { kube, ledger, signal } = job;
  const leaving: Entry[] = [];
  await each(job, ledger.entries.filter(isDefinition).toReversed(), async (entry) => {
    const object = await present(kube, entry);
    if (!object) return undefined;
    const others = sharers(object, fieldManager);
    if (others.length > 0) return `somebody else has a part in it by now: ${some(others)}`;
    const foreign = entry.name.endsWith(`.${group}`) ? await strangers(kube, ledger) : [];
    // Besides, because the definition may have been given other versions than ours.
    const left = [...new Set([...foreign, ...strangersAmong(await instances(kube, object, signal), ledger)].map(nameOf))];
    if (left.length > 0) return `there are objects that this session did not create: ${some(left)}`;
    signal.throwIfAborted();
    if (await remove(kube, entry.resource, object)) leaving.push(entry);
    return undefined;
  });
  for (const entry of leaving) await untilGone(job, entry);
}

export async function removeNamespaces(job: Removal): Promise<void> {
  const { kube, ledger } = job;
  await each(job, ledger.entries.filter(isNamespace).toReversed(), async (entry) => {
    const object = await present(kube, entry);
    if (!object) return undefined;
    const left = object.metadata.deletionTimestamp === undefined ? await inhabitants(kube, entry.name) : [];
    if (left.length > 0) return `it holds what this session did not create: ${some(left)}`;
    await remove(kube, entry.resource, object);
    return untilGone(job, entry);
  });
}

/** A definition and a namespace take their time. */
async function untilGone({ kube, tell, signal }: Removal, entry: Entry): Promise<undefined> {
  for (let waitedMs = 0; waitedMs < goneWithinMs; waitedMs += lookEveryMs) {
    if (!(await present(kube, entry))) return;
    await sleep(lookEveryMs, undefined, { signal });
  }
  tell(`${printed(entry)} is on its way out; the cluster finishes that by itself`);
}

/** All that can go while the session still holds the cluster. */
export async function takeDown(job: TakeDown): Promise<void> {
  await job.confirm();
  await removeObjects(job, job.ledger.entries);
  await job.confirm();
  await removeDefinitions(job);
}
