// Removes one object, and only the one that was meant.
import { isConflict, isNotFound } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject, RemoveOptions, Resource } from '../../operator/kube/kube.ts';

/** False when it is gone already, or has become another object meanwhile. */
export async function remove(kube: Kube, resource: Resource, { metadata }: KubeObject, propagationPolicy: NonNullable<RemoveOptions['propagationPolicy']> = 'Background'): Promise<boolean> {
  try {
    return await kube.remove(resource, metadata, { preconditions: metadata.uid === undefined ? {} : { uid: metadata.uid }, propagationPolicy });
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return false;
    throw error;
  }
}
