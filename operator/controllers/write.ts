// Writes what a controller found out: the status of an object, and events for what changed in it.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { fieldManagers } from '../api/group.ts';
import type { Condition } from '../api/conditions.ts';
import { isNotFound } from '../kube/errors.ts';
import type { KubeObject, Resource } from '../kube/kube.ts';
import { events } from '../kube/resources.ts';
import type { World } from './world.ts';

/** Writes only what differs, so that a second reconcile writes nothing. */
export async function writeStatus(world: World, resource: Resource, object: KubeObject, status: unknown): Promise<void> {
  if (isDeepStrictEqual(object['status'] ?? {}, status)) return;
  const { apiVersion, kind, metadata } = object;
  const { namespace = 'default', name } = metadata;
  try {
    await world.kube.apply(resource, { apiVersion, kind, metadata: { name, namespace }, status }, { fieldManager: fieldManagers.operator, force: true, subresource: 'status' });
  } catch (error) {
    // It was deleted meanwhile; its watch will say so.
    if (isNotFound(error)) return;
    throw error;
  }
  for (const condition of transitions(allConditions(object['status']), allConditions(status))) await tellEvent(world, object, condition);
}

interface Nested {
  readonly conditions?: readonly Condition[];
}

/** Also those of routes and policies, which stand below the object that they are about. */
function allConditions(status: unknown): readonly Condition[] {
  const { conditions = [], parents = [], ancestors = [] } = (status ?? {}) as Nested & { readonly parents?: readonly Nested[]; readonly ancestors?: readonly Nested[] };
  return [...conditions, ...[...parents, ...ancestors].flatMap((nested) => nested.conditions ?? [])];
}

/** What a person should hear about: what broke, and what came back. That something is well from the start is no news. */
function transitions(before: readonly Condition[], after: readonly Condition[]): readonly Condition[] {
  return after.filter((now) => {
    const then = before.find((known) => known.type === now.type);
    if (!then) return now.status === 'False' && now.type !== 'RevisionReady' && now.type !== 'Progressing' && now.type !== 'Active';
    return then.status !== now.status || (now.status === 'False' && then.reason !== now.reason);
  });
}

/** One event object for each kind of occurrence on one object, counted up: their number is bounded without any cleaning. */
async function tellEvent(world: World, { apiVersion, kind, metadata }: KubeObject, condition: Condition): Promise<void> {
  const { namespace = 'default', name, uid = '' } = metadata;
  const digest = createHash('sha256').update(`${uid} ${condition.type} ${condition.reason}`).digest('hex').slice(0, 16);
  const eventName = `${name}.${digest}`;
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  try {
    const known = await world.kube.get(events, { namespace, name: eventName });
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace },
      involvedObject: { apiVersion, kind, namespace, name, uid },
      type: condition.status === 'True' || condition.type === 'Progressing' ? 'Normal' : 'Warning',
      reason: condition.reason,
      message: condition.message.slice(0, 1024),
      source: { component: fieldManagers.operator },
      firstTimestamp: typeof known?.['firstTimestamp'] === 'string' ? known['firstTimestamp'] : now,
      lastTimestamp: now,
      count: (typeof known?.['count'] === 'number' ? known['count'] : 0) + 1,
    };
    await world.kube.apply(events, event, { fieldManager: fieldManagers.operator, force: true });
  } catch (error) {
    // An event is a courtesy: without it nothing else may fail.
    world.log.debug(`writing an event about ${kind} ${namespace}/${name}`, { error });
  }
}
