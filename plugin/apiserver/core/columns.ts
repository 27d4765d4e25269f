// The columns of the compiled-in kinds, as `kubectl get` shows them on a real cluster.
import { at, isObject, list, objects, text, type KubeObject } from '../json.ts';
import { describedField } from '../openapi/lookup.ts';
import type { Column } from '../resource.ts';
import { age } from '../table/age.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const core = (kind: string): string => `io.k8s.api.core.v1.${kind}`;

/** What a heading says: words of its own, or those of a field. Read only when a table is made. */
type Words = string | readonly [schema: string, field: string];

type Shown = Pick<Column, 'type' | 'format' | 'priority'>;

const column = (name: string, cell: Column['cell'], words: Words, shown: Partial<Shown> = {}): Column => ({
  name, type: 'string', cell, ...shown,
  get description() {
    return typeof words === 'string' ? words : describedField(...words);
  },
});

const wide = { priority: 1 } as const;

export const nameColumn = column('Name', (object) => object.metadata.name ?? '', [meta, 'name'], { format: 'name' });
const created: Words = [meta, 'creationTimestamp'];
const ageColumn = column('Age', (object, now) => age(object.metadata.creationTimestamp, now), created);
/** Of custom kinds that name no columns. */
export const customAgeColumn = column('Age', (object, now) => age(object.metadata.creationTimestamp, now), created, { type: 'date' });

const count = (value: unknown): number => (isObject(value) ? Object.keys(value).length : list(value).length);
const none = (value: string): string => value || '<none>';

function ports(service: KubeObject): string {
  return none(objects(at(service, 'spec', 'ports')).map((port) => `${port['port']}${port['nodePort'] ? `:${port['nodePort']}` : ''}/${text(port['protocol']) || 'TCP'}`).join(','));
}

function endpoints(object: KubeObject): string {
  const all = objects(object['subsets']).flatMap((subset) => {
    const addresses = objects(subset['addresses']).map((address) => text(address['ip']));
    const open = objects(subset['ports']);
    return open.length === 0 ? addresses : open.flatMap((port) => addresses.map((address) => `${address}:${port['port']}`));
  });
  return none(all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(','));
}

function externalAddress(service: KubeObject): string {
  const given = list(at(service, 'spec', 'externalIPs')).map(text);
  const type = at(service, 'spec', 'type');
  if (type === 'ExternalName') return text(at(service, 'spec', 'externalName'));
  if (type !== 'LoadBalancer') return none(given.join(','));
  const balanced = objects(at(service, 'status', 'loadBalancer', 'ingress')).map((one) => text(one['ip']) || text(one['hostname']));
  return [...balanced, ...given].join(',') || '<pending>';
}

const selector = (value: unknown): string => none(Object.entries(isObject(value) ? value : {}).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => `${key}=${one}`).join(','));
const lastSeen = (event: KubeObject): unknown => at(event, 'series', 'lastObservedTime') ?? event['lastTimestamp'] ?? event['eventTime'];
const firstSeen = (event: KubeObject): unknown => event['firstTimestamp'] ?? event['eventTime'];

function source(event: KubeObject): string {
  const component = text(at(event, 'source', 'component')) || text(event['reportingComponent']);
  const host = text(at(event, 'source', 'host')) || text(event['reportingInstance']);
  return [component, host].filter(Boolean).join(', ');
}

const service = core('ServiceSpec');
const event = core('Event');

export const coreColumns: { readonly [plural: string]: readonly Column[] } = {
  namespaces: [nameColumn, column('Status', (o) => at(o, 'status', 'phase') ?? '', 'The status of the namespace'), ageColumn],
  secrets: [nameColumn, column('Type', (o) => o['type'] ?? '', [core('Secret'), 'type']), column('Data', (o) => count(o['data']), [core('Secret'), 'data']), ageColumn],
  configmaps: [nameColumn, column('Data', (o) => count(o['data']) + count(o['binaryData']), [core('ConfigMap'), 'data']), ageColumn],
  services: [
    nameColumn, column('Type', (o) => at(o, 'spec', 'type') ?? '', [service, 'type']), column('Cluster-IP', (o) => none(text(at(o, 'spec', 'clusterIP'))), [service, 'clusterIP']),
    column('External-IP', externalAddress, [service, 'externalIPs']),
    column('Port(s)', ports, [service, 'ports']), ageColumn, column('Selector', (o) => selector(at(o, 'spec', 'selector')), [service, 'selector'], wide),
  ],
  endpoints: [nameColumn, column('Endpoints', endpoints, [core('Endpoints'), 'subsets']), ageColumn],
  serviceaccounts: [nameColumn, ageColumn],
  leases: [nameColumn, column('Holder', (o) => at(o, 'spec', 'holderIdentity') ?? '', ['io.k8s.api.coordination.v1.LeaseSpec', 'holderIdentity']), ageColumn],
  customresourcedefinitions: [nameColumn, column('Created At', (o) => o.metadata.creationTimestamp ?? '', created, { type: 'date' })],
  events: [
    column('Last Seen', (o, now) => age(lastSeen(o), now), 'The time at which the most recent occurrence of this event was recorded.'), column('Type', (o) => o['type'] ?? '', [event, 'type']), column('Reason', (o) => o['reason'] ?? '', [event, 'reason']),
    column('Object', (o) => `${text(at(o, 'involvedObject', 'kind')).toLowerCase()}/${text(at(o, 'involvedObject', 'name'))}`, [event, 'involvedObject']),
    column('Subobject', (o) => at(o, 'involvedObject', 'fieldPath') ?? '', [core('ObjectReference'), 'fieldPath'], wide), column('Source', source, [event, 'source'], wide),
    column('Message', (o) => text(o['message']).trim(), [event, 'message']), column('First Seen', (o, now) => age(firstSeen(o), now), [event, 'firstTimestamp'], wide),
    column('Count', (o) => at(o, 'series', 'count') ?? o['count'] ?? 1, [event, 'count'], wide), column('Name', (o) => o.metadata.name ?? '', [meta, 'name'], { format: 'name', ...wide }),
  ],
};

const scaleStatus = 'io.k8s.api.autoscaling.v1.ScaleStatus';

/** Of the scale subresource, whatever the kind. */
export const scaleColumns: readonly Column[] = [
  nameColumn, column('Desired', (o) => at(o, 'spec', 'replicas') ?? 0, ['io.k8s.api.autoscaling.v1.ScaleSpec', 'replicas'], { type: 'integer' }),
  column('Available', (o) => at(o, 'status', 'replicas') ?? 0, [scaleStatus, 'replicas'], { type: 'integer' }), ageColumn,
];
