// Finds references to objects that are in none of the files: no mistake, since they may be in the cluster, but often a slip.
import { group } from '../../operator/api/group.ts';
import { entries, field, type KubeObject } from '../../operator/api/object.ts';
import { nearest } from '../nearest.ts';
import { definitionOf, faultAt } from './check.ts';
import type { Fault, Path } from './position.ts';
import type { Manifest } from './read.ts';

interface Reference {
  readonly kind: string;
  readonly name: unknown;
  readonly path: Path;
}

/** `kubectl clrk dev` makes it, so that no file needs to. */
const defaultPool = 'default';

/** What an object names. Secrets are left out: they have no business in files. */
function references(object: KubeObject): readonly Reference[] {
  const spec = object['spec'];
  const targets = (name: string): readonly Reference[] =>
    entries(field(spec, name)).map((target, at) => ({ kind: String(field(target, 'kind')), name: field(target, 'name'), path: ['spec', name, at, 'name'] }));
  switch (object.kind) {
    case 'DaemonAgent': {
      const pool = field(spec, 'workerPoolRef');
      const gateways = entries(field(spec, 'egressRefs')).map((one, at) => ({ kind: 'EgressGateway', name: field(one, 'gatewayRef'), path: ['spec', 'egressRefs', at, 'gatewayRef'] }));
      return [...(pool === defaultPool ? [] : [{ kind: 'WorkerPool', name: pool, path: ['spec', 'workerPoolRef'] }]), ...gateways];
    }
    case 'AIProviderRoute':
      return targets('parentRefs');
    case 'CredentialInjectionPolicy':
      return [...targets('targetRefs'), ...targets('parentRefs')];
    default:
      return [];
  }
}

/** One warning for each reference that leads out of the set. `namespace`: where objects go that name none, if that is known. */
export function danglingReferences(manifests: readonly Manifest[], namespace?: string): readonly Fault[] {
  const placeOf = ({ metadata }: KubeObject): string | undefined => metadata.namespace ?? namespace;
  const ours = manifests.filter(({ object }) => definitionOf(object) !== undefined);
  const byKind = Map.groupBy(ours.map(({ object }) => object), ({ kind }) => kind);
  return ours.flatMap((manifest) => {
    const here = placeOf(manifest.object);
    // A namespace that is only known to whoever applies may be any.
    const together = (other: KubeObject): boolean => here === undefined || placeOf(other) === undefined || placeOf(other) === here;
    return references(manifest.object).flatMap(({ kind, name, path }) => {
      if (typeof name !== 'string' || name === '') return [];
      const near = (byKind.get(kind) ?? []).filter(together).map((object) => object.metadata.name);
      if (near.includes(name)) return [];
      const meant = nearest(name, near);
      const hint = meant === undefined ? `it must be in the cluster already; \`kubectl get ${kind.toLowerCase()}s.${group}\` lists those` : `did you mean "${meant}"?`;
      return [faultAt(manifest, 'dangling-reference', path, { message: `${kind} "${name}" is in none of the files`, hint })];
    });
  });
}
