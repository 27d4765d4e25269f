// What the server serves, in the old form (one document per group version) and the aggregated one.
import type { JsonObject } from './json.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { noSuchPath, notAcceptable, Nowhere } from './status.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const statusVerbs = ['get', 'patch', 'update'];
const proxyVerbs = ['create', 'delete', 'get', 'patch', 'update'];

const aggregatedType = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

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
    ...(resource.scale ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: statusVerbs }] : []),
    ...(resource.status ? [{ name: 'status', ...own, verbs: statusVerbs }] : []),
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

const groupsOf = (resources: readonly Resource[]): readonly string[] => [...new Set(resources.map(({ group }) => group))].filter(Boolean).toSorted();
const ofVersion = (resources: readonly Resource[], group: string, version: string): readonly Resource[] =>
  resources.filter((resource) => resource.group === group && resource.version === version).toSorted((a, b) => (a.plural < b.plural ? -1 : 1));

function resourceList(resources: readonly Resource[], group: string, version: string): JsonObject {
  const found = ofVersion(resources, group, version);
  if (found.length === 0) throw group ? new Nowhere() : noSuchPath();
  return {
    kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(group, version),
    resources: found.flatMap((resource) => [
      {
        name: resource.plural, singularName: resource.singular, namespaced: resource.namespaced, kind: resource.kind, verbs,
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

function aggregated(resources: readonly Resource[], groups: readonly string[], version: string): JsonObject {
  const kindOf = (kind: string, group: string, of: string): JsonObject => ({ group, version: of, kind });
  return {
    kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {},
    items: groups.map((group) => ({
      metadata: { ...(group && { name: group }), creationTimestamp: null },
      versions: versionsOf(resources, group).map((name) => ({
        version: name, freshness: 'Current',
        resources: ofVersion(resources, group, name).map((resource) => ({
          resource: resource.plural, responseKind: kindOf(resource.kind, group, name), scope: resource.namespaced ? 'Namespaced' : 'Cluster', singularResource: resource.singular, verbs,
          ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }), ...(resource.categories.length > 0 && { categories: resource.categories }),
          ...(subresources(resource).length > 0 && { subresources: subresources(resource).map((one) => ({ subresource: one.name, responseKind: kindOf(one.kind, one.group, one.version), verbs: one.verbs })) }),
        })),
      })),
    })),
  };
}

/** The version of aggregated discovery that the client takes first; undefined: it wants the old form. */
function wantedAggregate(accept: string | undefined): string | undefined {
  for (const one of (accept ?? '*/*').slice(0, 4096).split(',')) {
    const parts = one.split(';').map((part) => part.trim().toLowerCase());
    if (parts[0] !== 'application/json' && parts[0] !== '*/*' && parts[0] !== 'application/*') continue;
    if (!parts.includes('as=apigroupdiscoverylist')) return undefined;
    if (parts.includes('g=apidiscovery.k8s.io') && parts.includes('v=v2')) return 'v2';
    if (parts.includes('g=apidiscovery.k8s.io') && parts.includes('v=v2beta1')) return 'v2beta1';
  }
  throw notAcceptable(['application/json']);
}

export interface Document {
  readonly body: JsonObject;
  readonly type: string;
}

/** The document at a discovery path; undefined: the path is no discovery path. */
export function discovery(pathname: string, accept: string | undefined, resources: readonly Resource[]): Document | undefined {
  const parts = pathname.split('/').slice(1).filter((part, index, all) => part || index < all.length - 1);
  const [root, group, version] = parts;
  const plain = (body: JsonObject): Document => ({ body, type: 'application/json' });
  if (root === 'api' && parts.length <= 2) {
    if (group !== undefined) return plain(resourceList(resources, '', group));
    const wanted = wantedAggregate(accept);
    if (wanted) return { body: aggregated(resources, [''], wanted), type: aggregatedType(wanted) };
    return plain({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
  }
  if (root !== 'apis' || parts.length > 3) return undefined;
  if (group !== undefined && version !== undefined) return plain(resourceList(resources, group, version));
  if (group !== undefined) {
    if (!group || versionsOf(resources, group).length === 0) throw new Nowhere();
    return plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(resources, group) });
  }
  const wanted = wantedAggregate(accept);
  if (wanted) return { body: aggregated(resources, groupsOf(resources), wanted), type: aggregatedType(wanted) };
  return plain({ kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(resources).map((one) => groupDocument(resources, one)) });
}
