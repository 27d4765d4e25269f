// What in a cluster forbids a session to use it: definitions of our kinds that are not ours or newer, and another operator.
import { annotations, fieldManagers, group, operatorService, version as apiVersion } from '../../../operator/api/group.ts';
import { kinds } from '../../../operator/api/kinds.ts';
import type { KindDefinition } from '../../../operator/api/object.ts';
import { isNotFound, KubeError } from '../../../operator/kube/errors.ts';
import type { Kube, KubeObject, Ref, Resource } from '../../../operator/kube/kube.ts';
import { crds, endpoints } from '../../../operator/kube/resources.ts';
import { version } from '../../../proxy/telemetry/version.ts';
import { UserError } from '../../exit.ts';

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
async function look(kube: Kube, resource: Resource, ref: Ref): Promise<KubeObject | undefined> {
  try {
    return await kube.get(resource, ref);
  } catch (error) {
    if (isNotFound(error) || (error instanceof KubeError && error.code === 403)) return undefined;
    throw error;
  }
}

/** Throws when our kinds are somebody else's, or of a later version, in this cluster. */
export async function checkKinds(kube: Kube): Promise<void> {
  const found = await Promise.all(kinds.map(async (kind) => ({ kind, name: `${kind.plural}.${group}`, object: await kube.get(crds, { name: `${kind.plural}.${group}` }) })));
  const problems = found.flatMap(({ kind, name, object }) => {
    const why = object && objection(kind, object);
    return why === undefined ? [] : [`CustomResourceDefinition ${name} ${why}`];
  });
  if (problems.length > 0) {
    const isNewer = problems.every((line) => line.includes(' is of version '));
    throw new UserError('this cluster has kinds of CLRK that this program must not change', [isNewer ? 'use a newer kubectl clrk, or another cluster' : 'use another cluster, or remove these definitions if nobody needs them'], { lines: problems });
  }
  const service = await look(kube, apiServices, { name: `${apiVersion}.${group}` });
  if ((service?.['spec'] as { readonly service?: unknown } | undefined)?.service) {
    throw new UserError(`another server answers for ${group}/${apiVersion} in this cluster: its APIService ${service?.metadata.name ?? ''} names a service`, ['use another cluster, or remove what registered it']);
  }
}

/** Throws when the server is the embedded one of another session, whose operator it has already. */
export async function checkNotEmbedded(kube: Kube, context: string): Promise<void> {
  const { namespace, name } = operatorService;
  const found = await look(kube, endpoints, { namespace, name });
  const subsets = found?.['subsets'] as readonly { readonly addresses?: readonly { readonly ip?: string }[] }[] | undefined;
  if (!subsets?.some(({ addresses }) => addresses?.some(({ ip }) => ip === '127.0.0.1'))) return;
  throw new UserError(`context ${context} leads to the embedded cluster of a dev session, which has its own operator`, ['use that session: add --local, and --clrk-dir where it has a state folder of its own', 'or run dev without --context']);
}
