// Whether what stands in a cluster still says what an installation put there.
import type { KubeObject } from '../../operator/kube/kube.ts';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every field that is wanted, with its value; servers add fields of their own, but no entries of lists. */
export function says(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(found) ? found.length === wanted.length && wanted.every((one, at) => says(found[at], one)) : wanted.length === 0 && found === undefined;
  if (isRecord(wanted)) return isRecord(found) ? Object.entries(wanted).every(([name, value]) => says(found[name], value)) : Object.keys(wanted).length === 0 && found === undefined;
  return found === wanted;
}

/** What an object is there for, without who it is. */
export const saysTheSame = (found: KubeObject, { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...wanted }: KubeObject): boolean => says(found, wanted);
