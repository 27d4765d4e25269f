// Definitions of kinds: what there is of such a kind, and who keeps the definition.
import { setTimeout as sleep } from 'node:timers/promises';
import { entries, field } from '../../operator/api/object.ts';
import { isNotFound } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';

const servedWithinMs = 5000;
const lookEveryMs = 200;

/** Who besides `own` writes into a definition, and so keeps it. What a server writes into its status does not count. */
export function sharers(definition: KubeObject, own: string): readonly string[] {
  const writers = entries(definition.metadata.managedFields).filter((entry) => field(entry, 'subresource') === undefined);
  return [...new Set(writers.map((entry) => String(field(entry, 'manager'))))].filter((manager) => manager !== own);
}

/** All objects of the kind, in whichever version it has them. Throws when that cannot be told: then nobody may say that there are none. */
export async function instances(kube: Kube, definition: KubeObject, signal?: AbortSignal): Promise<readonly KubeObject[]> {
  const spec = definition['spec'] as { readonly group: string; readonly scope: string; readonly names: { readonly plural: string; readonly kind: string }; readonly versions: readonly { readonly name: string; readonly served: boolean }[] };
  const is = (type: string, status: string): boolean => entries(field(definition, 'status', 'conditions')).some((one) => field(one, 'type') === type && field(one, 'status') === status);
  // Its names were never accepted, so that nobody could make an object.
  if (is('NamesAccepted', 'False') && !is('Established', 'True')) return [];
  const version = spec.versions.find(({ served }) => served)?.name;
  if (version === undefined) throw new Error('it serves no version, so nobody knows which objects there are');
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    try {
      return (await kube.list({ group: spec.group, version, plural: spec.names.plural, kind: spec.names.kind, namespaced: spec.scope === 'Namespaced' })).items;
    } catch (error) {
      // One that was just made is served a moment later.
      if (!isNotFound(error)) throw error;
      if (waitedMs >= servedWithinMs) throw new Error('the server does not tell which objects there are', { cause: error });
    }
    await sleep(lookEveryMs, undefined, signal ? { signal } : {});
  }
}
