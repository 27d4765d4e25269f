// What the server serves, in the old form (one document per group version) and the aggregated one.
import { createHash } from 'node:crypto';
import type { JsonObject } from './json.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { ApiError, Nowhere, noSuchPath } from './status.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
/** Custom kinds have the same verbs, in an order of their own. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const statusVerbs = ['get', 'patch', 'update'];
const proxyVerbs = ['create', 'delete', 'get', 'patch', 'update'];

const verbsOf = ({ rules }: Resource): readonly string[] => (rules.typed ? verbs.filter((verb) => verb !== 'deletecollection' || !rules.noCollection) : customVerbs);

/** The hash tells clients that migrate what is stored whether it is stored in another version now. Definitions have always been stored in an old one. */
const storageHash = ({ group, storageVersion, kind }: Resource): string => createHash('sha256').update(`${group}/${group === 'apiextensions.k8s.io' ? 'v1beta1' : storageVersion}/${kind}`).digest().subarray(0, 8).toString('base64');

interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly string[];
}

function subresources(resource: Resource): readonly Subresource[] {
  const own = { kind: resource.kind, group: resource.group, version: resource.version };
  return [
    ...(resource.plural === 'services' && resource.group === '' ? [{ name: 'proxy', kind: 'ServiceProxyOptions', group: '', version: 'v1', verbs: proxyVerbs }] : []),
    ...(resource.status ? [{ name: 'status', ...own, verbs: statusVerbs }] : []),
    ...(resource.scale ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: statusVerbs }] : []),
  ];
}

/** Versions of a group, the preferred first: stable before beta before alpha, then the higher number. */
function rank(version: string): readonly number[] {
  const parts = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!parts) return [0, 0, 0];
  return [parts[2] === undefined ? 3 : parts[2] === 'beta' ? 2 : 1, Number(parts[1]), Number(parts[3] ?? 0)];
}

function versionsOf(resources: readonly Resource[], group: string): readonly string[] {
  const names = [...new Set(resources.filter((resource) => resource.group === group).map(({ version }) => version))];
  return names.toSorted((a, b) => rank(b).reduce((order, part, index) => order || part - (rank(a)[index] ?? 0), 0));
}

/** Groups that are compiled in come first. */
function groupsOf(resources: readonly Resource[]): readonly string[] {
  const names = (of: readonly Resource[]): readonly string[] => of.map(({ group }) => group).filter(Boolean).toSorted();
  return [...new Set([...names(resources.filter(({ rules }) => rules.typed)), ...names(resources.filter(({ rules }) => !rules.typed))])];
}
const ofVersion = (resources: readonly Resource[], group: string, version: string): readonly Resource[] =>
  resources.filter((resource) => resource.group === group && resource.version === version).toSorted((a, b) => (a.plural < b.plural ? -1 : 1));

function resourceList(resources: readonly Resource[], group: string, version: string): JsonObject {
  const found = ofVersion(resources, group, version);
  if (found.length === 0) throw nobody(group, resources);
  return {
    kind: 'APIResourceList', ...(group && { apiVersion: 'v1' }), groupVersion: apiVersionOf(group, version),
    resources: found.flatMap((resource) => [
      {
        name: resource.plural, singularName: resource.singular, namespaced: resource.namespaced, kind: resource.kind, verbs: verbsOf(resource), storageVersionHash: storageHash(resource),
        ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }), ...(resource.categories.length > 0 && { categories: resource.categories }),
      },
      ...subresources(resource).map((one) => ({
        name: `${resource.plural}/${one.name}`, singularName: '', namespaced: resource.namespaced, kind: one.kind, verbs: one.verbs,
        ...(one.kind === 'Scale' && { group: one.group, version: one.version }),
      })),
    ]),
  };
}

function groupDocument(resources: readonly Resource[], group: string): JsonObject {
  const versions = versionsOf(resources, group).map((version) => ({ groupVersion: apiVersionOf(group, version), version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function aggregated(resources: readonly Resource[], groups: readonly string[]): JsonObject {
  // What is compiled in does not say again which group and version it is of.
  const kindOf = (kind: string, { group, version }: Pick<Subresource, 'group' | 'version'>, { rules }: Resource): JsonObject => (rules.typed ? { group: '', version: '', kind } : { group, version, kind });
  return {
    kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {},
    items: groups.map((group) => ({
      metadata: { ...(group && { name: group }) },
      versions: versionsOf(resources, group).map((name) => ({
        version: name,
        resources: ofVersion(resources, group, name).map((resource) => ({
          resource: resource.plural, responseKind: kindOf(resource.kind, resource, resource), scope: resource.namespaced ? 'Namespaced' : 'Cluster', singularResource: resource.singular, verbs: verbsOf(resource),
          ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }), ...(resource.categories.length > 0 && { categories: resource.categories }),
          ...(subresources(resource).length > 0 && { subresources: subresources(resource).map((one) => ({ subresource: one.name, responseKind: kindOf(one.kind, one, resource), verbs: one.verbs })) }),
        })),
        freshness: 'Current',
      })),
    })),
  };
}

export const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const plainTypes = ['application/json', 'application/yaml', 'application/*', '*/*'];

/** Whether the client takes the aggregated form first; other versions of it than v2 are skipped. */
function wantsAggregate(accept: string | undefined): boolean {
  for (const one of (accept || '*/*').slice(0, 4096).split(',')) {
    const [type = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    if (!plainTypes.includes(type)) continue;
    const about = parameters.filter((parameter) => /^(?:as|g|v)=/.test(parameter)).toSorted();
    if (about.length === 0) return false;
    if (about.join() === 'as=apigroupdiscoverylist,g=apidiscovery.k8s.io,v=v2') return true;
  }
  throw new ApiError(406, 'NotAcceptable', 'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf');
}

const compiledIn = (resources: readonly Resource[], group: string): boolean => resources.some((resource) => resource.group === group && resource.rules.typed === true);
/** Where a group would be, somebody of a real cluster listens only for those that are compiled in. */
const nobody = (group: string, resources: readonly Resource[] = []): Error => (group === '' || compiledIn(resources, group) ? noSuchPath() : new Nowhere());

export interface Document {
  readonly body: JsonObject;
  /** Sent with a tag, so that a client that has it already gets nothing again. */
  readonly aggregated: boolean;
}

/** The document at a discovery path; undefined: the path is no discovery path. `address`: where the client reached the server. */
export function discovery(pathname: string, { accept, address }: { readonly accept: string | undefined; readonly address: string }, resources: readonly Resource[]): Document | undefined {
  const parts = pathname.split('/').slice(1).filter((part, index, all) => part || index < all.length - 1);
  const [root, group, version] = parts;
  const plain = (body: JsonObject): Document => ({ body, aggregated: false });
  if (root === 'api' && parts.length <= 2) {
    if (group !== undefined) return plain(resourceList(resources, '', group));
    if (wantsAggregate(accept)) return { body: aggregated(resources, ['']), aggregated: true };
    return plain({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }] });
  }
  if (root !== 'apis' || parts.length > 3) return undefined;
  if (group !== undefined && version !== undefined) return plain(resourceList(resources, group, version));
  if (group !== undefined) {
    if (!group || versionsOf(resources, group).length === 0) throw new Nowhere();
    return plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(resources, group) });
  }
  if (wantsAggregate(accept)) return { body: aggregated(resources, groupsOf(resources)), aggregated: true };
  return plain({ kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(resources).map((one) => groupDocument(resources, one)) });
}
