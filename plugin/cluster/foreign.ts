// What in a cluster forbids to use it: definitions of our kinds that are not ours or are newer, and another server for our group.
import { annotations, fieldManagers, group, version as apiVersion } from '../../operator/api/group.ts';
import { kinds } from '../../operator/api/kinds.ts';
import type { KindDefinition } from '../../operator/api/object.ts';
import { isNotFound, KubeError } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject, Ref, Resource } from '../../operator/kube/kube.ts';
import { crds } from '../../operator/kube/resources.ts';
import { version } from '../../proxy/telemetry/version.ts';
import { UserError } from '../exit.ts';

const apiServices: Resource = { group: 'apiregistration.k8s.io', version: 'v1', plural: 'apiservices', kind: 'APIService', namespaced: false };

/** Whether `one` is a later release than `other`; what is no release is not. */
export function isLater(one: string, other: string): boolean {
  const numbers = (text: string): readonly number[] | undefined => /^v?(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number);
  const [left, right] = [numbers(one), numbers(other)];
  const at = left?.findIndex((number, index) => number !== right?.[index]) ?? -1;
  return at >= 0 && right !== undefined && (left?.[at] ?? 0) > (right[at] ?? 0);
}

const names = (object: KubeObject): readonly string[] =>
  (Array.isArray(object.metadata.managedFields) ? object.metadata.managedFields : []).map((entry: { readonly manager?: unknown }) => String(entry.manager));

/** Why a definition must not be touched; undefined: it is ours and not of a later version. */
export function objection({ kind }: KindDefinition, found: KubeObject): string | undefined {
  const spec = found['spec'] as { readonly names?: { readonly kind?: string }; readonly versions?: readonly { readonly name?: string }[] } | undefined;
  const release = found.metadata.annotations?.[annotations.version];
  const isOurs = release !== undefined || names(found).some((name) => name.startsWith(fieldManagers.plugin) || name === fieldManagers.operator);
  if (!isOurs || spec?.names?.kind !== kind) return 'was not made by CLRK';
  if (release !== undefined && isLater(release, version)) return `is of version ${release}, and this is ${version}`;
  const versions = (spec.versions ?? []).map(({ name }) => name ?? '');
  return versions.includes(apiVersion) ? undefined : `serves ${versions.join(', ')}, and not ${apiVersion}`;
}

/** Undefined where the server does not know such a kind at all, or does not let us look: then it forbids nothing. */
export async function look(kube: Kube, resource: Resource, ref: Ref): Promise<KubeObject | undefined> {
  try {
    return await kube.get(resource, ref);
  } catch (error) {
    if (isNotFound(error) || (error instanceof KubeError && error.code === 403)) return undefined;
    throw error;
  }
}

/** The definitions of our kinds that are there, each with what speaks against touching it. */
export async function foundKinds(kube: Kube): Promise<readonly { readonly object: KubeObject; readonly objection: string | undefined }[]> {
  const found = await Promise.all(kinds.map(async (kind) => ({ kind, object: await kube.get(crds, { name: `${kind.plural}.${group}` }) })));
  return found.flatMap(({ kind, object }) => (object ? [{ object, objection: objection(kind, object) }] : []));
}

/** The APIService that gives our group to another server, if there is one. */
export async function otherServer(kube: Kube): Promise<string | undefined> {
  const found = await look(kube, apiServices, { name: `${apiVersion}.${group}` });
  return (found?.['spec'] as { readonly service?: unknown } | undefined)?.service ? found?.metadata.name : undefined;
}

/** Throws when our kinds are somebody else's, or of a later version, in this cluster. */
export async function checkKinds(kube: Kube): Promise<void> {
  const problems = (await foundKinds(kube)).flatMap(({ object, objection: why }) => (why === undefined ? [] : [`CustomResourceDefinition ${object.metadata.name} ${why}`]));
  if (problems.length > 0) {
    const isNewer = problems.every((line) => line.includes(' is of version '));
    throw new UserError('this cluster has kinds of CLRK that this program must not change', [isNewer ? 'use a newer kubectl clrk, or another cluster' : 'use another cluster, or remove these definitions if nobody needs them'], { lines: problems });
  }
  const other = await otherServer(kube);
  if (other !== undefined) {
    throw new UserError(`another server answers for ${group}/${apiVersion} in this cluster: its APIService ${other} names a service`, ['use another cluster, or remove what registered it']);
  }
}
