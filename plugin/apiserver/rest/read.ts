// Reads one object, for a client or for deciding a write.
import type { KubeObject } from '../json.ts';
import { keyOf } from '../resource.ts';
import { notFound } from '../status.ts';
import type { Answer, Call } from './call.ts';
import { untilRevision } from './fresh.ts';
import { revisionOf } from './list-options.ts';
import { inVersion, present } from './present.ts';

/** The newest state, also one that is not yet on the disk: only for deciding a write. In the version of the request. */
export function liveObject({ store, resource, namespace, name }: Call): KubeObject | undefined {
  const found = store.head(keyOf(resource, namespace, name ?? ''));
  return found && inVersion(found, resource);
}

export function requiredObject(call: Call): KubeObject {
  const live = liveObject(call);
  if (!live) throw notFound(call.resource, call.name ?? '');
  return live;
}

export async function get(call: Call): Promise<Answer> {
  await untilRevision(call.store, revisionOf(call.query.get('resourceVersion') ?? ''));
  const found = call.store.get(keyOf(call.resource, call.namespace, call.name ?? ''));
  if (!found) throw notFound(call.resource, call.name ?? '');
  return { code: 200, body: present(found, call) };
}
