// The columns of the compiled-in kinds, as `kubectl get` shows them on a real cluster.
import { at, isObject, list, objects, text, type KubeObject } from '../json.ts';
import type { Column } from '../resource.ts';
import { age } from '../table/age.ts';

export const nameColumn: Column = {
  name: 'Name', type: 'string', format: 'name', description: 'Name of the object, unique within its namespace.', cell: (object) => object.metadata.name ?? '',
};
export const ageColumn: Column = {
  name: 'Age', type: 'string', description: 'Time since the object was created.', cell: (object, now) => age(object.metadata.creationTimestamp, now),
};

const column = (name: string, cell: Column['cell'], type = 'string', priority = 0): Column => ({ name, type, description: name, priority, cell });
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

const selector = (value: unknown): string => none(Object.entries(isObject(value) ? value : {}).map(([key, one]) => `${key}=${one}`).join(','));
const lastSeen = (event: KubeObject): unknown => at(event, 'series', 'lastObservedTime') ?? event['lastTimestamp'] ?? event['eventTime'] ?? event.metadata.creationTimestamp;
const firstSeen = (event: KubeObject): unknown => event['firstTimestamp'] ?? event['eventTime'];

function source(event: KubeObject): string {
  const component = text(at(event, 'source', 'component')) || text(event['reportingComponent']);
  const host = text(at(event, 'source', 'host')) || text(event['reportingInstance']);
  return [component, host].filter(Boolean).join(', ');
}

export const coreColumns: { readonly [plural: string]: readonly Column[] } = {
  namespaces: [nameColumn, column('Status', (o) => at(o, 'status', 'phase') ?? ''), ageColumn],
  secrets: [nameColumn, column('Type', (o) => o['type'] ?? ''), column('Data', (o) => count(o['data']), 'string'), ageColumn],
  configmaps: [nameColumn, column('Data', (o) => count(o['data']) + count(o['binaryData'])), ageColumn],
  services: [
    nameColumn, column('Type', (o) => at(o, 'spec', 'type') ?? ''), column('Cluster-IP', (o) => none(text(at(o, 'spec', 'clusterIP')))),
    column('External-IP', externalAddress),
    column('Port(s)', ports), ageColumn, column('Selector', (o) => selector(at(o, 'spec', 'selector')), 'string', 1),
  ],
  endpoints: [nameColumn, column('Endpoints', endpoints), ageColumn],
  serviceaccounts: [nameColumn, column('Secrets', (o) => count(o['secrets'])), ageColumn],
  leases: [nameColumn, column('Holder', (o) => at(o, 'spec', 'holderIdentity') ?? ''), ageColumn],
  customresourcedefinitions: [nameColumn, { name: 'Created At', type: 'date', description: 'When the definition was created.', cell: (o) => o.metadata.creationTimestamp ?? '' }],
  events: [
    column('Last Seen', (o, now) => age(lastSeen(o), now)), column('Type', (o) => o['type'] ?? ''), column('Reason', (o) => o['reason'] ?? ''),
    column('Object', (o) => `${text(at(o, 'involvedObject', 'kind')).toLowerCase()}/${text(at(o, 'involvedObject', 'name'))}`),
    column('Subobject', (o) => at(o, 'involvedObject', 'fieldPath') ?? '', 'string', 1), column('Source', source, 'string', 1),
    column('Message', (o) => text(o['message']).trim()), column('First Seen', (o, now) => age(firstSeen(o), now), 'string', 1),
    column('Count', (o) => at(o, 'series', 'count') ?? o['count'] ?? 1, 'string', 1), { ...nameColumn, priority: 1 },
  ],
};
