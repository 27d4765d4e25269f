// Puts our kinds, and what a test adds, into a cluster and waits until they are served.
import { installObjects } from '../../operator/install/objects.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { crds, resourceOf } from '../../operator/kube/resources.ts';

const conditionsOf = (item: KubeObject): readonly { readonly type: string; readonly status: string }[] =>
  (item as { readonly status?: { readonly conditions?: [] } }).status?.conditions ?? [];

/** As dev does it. */
export async function install(kube: Kube, more: readonly KubeObject[] = []): Promise<void> {
  for (const object of [...installObjects(), ...more]) {
    const resource = resourceOf(object);
    if (resource === undefined) throw new Error(`${object.kind} is no kind that can be installed`);
    await kube.apply(resource, object, { fieldManager: 'clrk-test', force: true });
  }
  const established = async (): Promise<boolean> => {
    const { items } = await kube.list(crds);
    return items.length > 0 && items.every((item) => conditionsOf(item).some(({ type, status }) => type === 'Established' && status === 'True'));
  };
  for (let tries = 0; !(await established()); tries++) {
    if (tries > 200) throw new Error('the definitions of our kinds were not established');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
