// What kubectl get prints: tables of every kind of ours, of core kinds, and of kinds with strange columns.
import { kubectl, requests, type Case, type Server } from '../case.ts';
import { configMap, configMapsPath, secretsPath, widget, widgetsPath } from '../fixtures.ts';

const asTable = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } };
const object = (apiVersion: string, kind: string, name: string, more: object = {}): object => ({ apiVersion, kind, metadata: { name }, ...more });

/** Each object is made, then its kind is listed in every way of kubectl. */
const printed = (title: string, plural: string, path: string, ...objects: readonly object[]): Case => ({
  title,
  run: async (server) => {
    await server.quietly(async () => {
      for (const one of objects) await server.request('POST', path, { body: one });
    });
    for (const how of ['', ' -o wide', ...(plural === 'configmaps' ? [' --show-labels', ' -L app', ' --no-headers', ' --sort-by=.metadata.name', ' -o custom-columns=N:.metadata.name,X:.spec.none'] : [])]) await server.kubectl(`get ${plural}${how}`);
    await server.request('GET', `${path}?includeObject=None`, asTable);
    // What is compared here is how they are shown.
    await server.quietly(() => server.request('DELETE', path));
  },
});

const columns = [
  ['When', 'date', '.spec.when'], ['Flag', 'boolean', '.spec.flag'], ['Count', 'integer', '.spec.count'], ['Ratio', 'number', '.spec.ratio'], ['Text', 'string', '.spec.text'], ['List', 'string', '.spec.list'], ['Each', 'string', '.spec.list[*]'], ['First', 'string', '.spec.list[0]'],
  ['Third', 'string', '.spec.list[2]'], ['Last', 'string', '.spec.list[-1:]'], ['Slice', 'string', '.spec.list[0:2]'], ['Map', 'string', '.spec.map'], ['Dotted', 'string', '.spec.map.a\\.b'], ['Quoted', 'string', ".spec.map['a.b']"], ['All', 'string', '.spec.deep.*'], ['Deep', 'string', '..deep'],
  ['Filter', 'string', '.spec.items[?(@.type=="b")].value'], ['Above', 'string', '.spec.items[?(@.n>1)].value'], ['Has', 'string', '.spec.items[?(@.only)].value'], ['Not', 'string', '.spec.items[?(@.type!="b")].value'], ['Values', 'integer', '.spec.items[*].n'], ['Wrong', 'integer', '.spec.text'], ['Number', 'string', '.spec.count'], ['Yes', 'string', '.spec.flag'],
] as const;

const anything = { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } };

const spec = {
  when: '2026-01-01T00:00:00Z', flag: true, count: 3, ratio: 1.5, text: 'some text', list: ['a', 'b', 'c'], map: { 'a.b': 'dotted', x: 1 }, deep: { deep: 'down' },
  items: [{ type: 'a', value: 'va', n: 1, only: 'yes' }, { type: 'b', value: 'vb', n: 2 }],
};

async function install(server: Server): Promise<string> {
  const group = `${server.unique}.example.com`;
  await server.quietly(async () => {
    await server.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `shapes.${group}`, {
        spec: {
          group, scope: 'Namespaced', names: { plural: 'shapes', kind: 'Shape' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: anything }, additionalPrinterColumns: columns.map(([name, type, jsonPath], index) => ({ name, type, jsonPath, ...(index % 2 === 1 && { priority: 1 }), ...(index === 2 && { format: 'int32', description: 'How many.' }) })) }],
        },
      }),
    });
    await server.until('GET', `/apis/${group}/v1/shapes`, ({ status }) => status === 200);
  });
  return `/apis/${group}/v1/namespaces/${server.namespace}/shapes`;
}

const events = '/api/v1/namespaces/{ns}/events';
const event = (name: string, more: object): object => ({ ...object('v1', 'Event', name), involvedObject: { kind: 'Widget', name: 'w', namespace: '{ns}', fieldPath: 'spec.containers{main}' }, reason: 'Done', type: 'Normal', message: ' two\nlines ', ...more });
const old = '2026-01-01T00:00:00Z';

export const tableCases: readonly Case[] = [
  printed('config maps as tables', 'configmaps', configMapsPath, configMap('a', { x: '1', y: '2' }, { labels: { app: 'web', b: 'c' } }), { ...object('v1', 'ConfigMap', 'bin'), binaryData: { x: 'AAAA' } }, object('v1', 'ConfigMap', 'empty')),
  printed('secrets as tables', 'secrets', secretsPath, { ...object('v1', 'Secret', 'a'), stringData: { x: '1' } }, { ...object('v1', 'Secret', 'none'), type: 'example.com/mine' }),
  printed('widgets as tables', 'widgets', widgetsPath, widget('a', { size: 'small', replicas: 3 }, { labels: { app: 'web' } }), widget('long-name-of-a-widget', { size: 'large' })),
  printed('service accounts as tables', 'serviceaccounts', '/api/v1/namespaces/{ns}/serviceaccounts', object('v1', 'ServiceAccount', 'a'), { ...object('v1', 'ServiceAccount', 'b'), secrets: [{ name: 'x' }] }),
  printed('leases as tables', 'leases', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', object('coordination.k8s.io/v1', 'Lease', 'a', { spec: { holderIdentity: 'me' } }), object('coordination.k8s.io/v1', 'Lease', 'none')),
  printed('endpoints as tables', 'endpoints', '/api/v1/namespaces/{ns}/endpoints', object('v1', 'Endpoints', 'a', { subsets: [{ addresses: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }], ports: [{ port: 80, name: 'a' }, { port: 443, name: 'b' }] }] }), object('v1', 'Endpoints', 'none'), object('v1', 'Endpoints', 'portless', { subsets: [{ addresses: [{ ip: '192.0.2.1' }] }] })),
  printed('headless services as tables', 'services', '/api/v1/namespaces/{ns}/services', object('v1', 'Service', 'a', { spec: { clusterIP: 'None', selector: { app: 'web', z: 'y', b: 'c' }, ports: [{ port: 80, name: 'a' }, { port: 53, protocol: 'UDP', name: 'b' }] } }), object('v1', 'Service', 'ext', { spec: { type: 'ExternalName', externalName: 'example.com' } }), object('v1', 'Service', 'bare', { spec: { clusterIP: 'None' } })),
  printed('events as tables', 'events', events, event('a', { count: 3, firstTimestamp: old, lastTimestamp: old, source: { component: 'kubelet', host: 'n1' } }), event('b', { eventTime: '2026-01-01T00:00:00.000000Z', reportingComponent: 'c', reportingInstance: 'i', action: 'x', type: 'Warning' }), event('c', { eventTime: '2026-01-01T00:00:00.000000Z', reportingComponent: 'c', reportingInstance: 'i', action: 'x', series: { count: 4, lastObservedTime: '2026-01-02T00:00:00.000000Z' } }), event('d', { source: { component: 'only' } })),
  ...(['daemonagents', 'workerpools', 'egressgateways', 'aiproviderroutes', 'credentialinjectionpolicies', 'agentsandboxrevisions'] as const).map((plural) => requests(`the columns of ${plural}`, ['GET', `/apis/clrk.apoxy.dev/v1alpha1/namespaces/{ns}/${plural}`, asTable], ['GET', `/apis/clrk.apoxy.dev/v1alpha1/namespaces/{ns}/${plural}?includeObject=None`, asTable])),
  requests('the columns of definitions', ['GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.test.example.com?includeObject=None', asTable], ['GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldSelector=metadata.name%3Dgizmos.test.example.com', { ...asTable, keep: (body) => ({ ...(body as object), rows: body['rows']?.length }) }]),
  requests('the columns of namespaces', ['GET', '/api/v1/namespaces/{ns}?includeObject=None', asTable], ['GET', '/api/v1/namespaces?includeObject=None&fieldSelector=metadata.name%3D{ns}', asTable]),
  requests('includeObject says what comes with each row', ['POST', configMapsPath, { body: configMap('one') }], ...['None', 'Metadata', 'Object', '', 'Nonsense', 'none'].map((include) => ['GET', `${configMapsPath}?includeObject=${include}`, asTable] as const), ['GET', `${configMapsPath}/one?includeObject=Object`, asTable], ['GET', `${configMapsPath}?includeObject=Nonsense`]),
  requests('one object as a table, as metadata, and what is not there', ['POST', widgetsPath, { body: widget('one') }], ['GET', `${widgetsPath}/one`, asTable], ['GET', `${widgetsPath}/one`, { headers: { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' } }], ['GET', widgetsPath, { headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' } }], ['GET', `${widgetsPath}/none`, asTable], ['GET', `${widgetsPath}/one`, { headers: { accept: 'application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io' } }]),
  requests('writes are answered in the form asked for', ['POST', widgetsPath, { body: widget('one'), ...asTable }], ['PATCH', `${widgetsPath}/one`, { body: { spec: { size: 'large' } }, headers: { ...asTable.headers, 'content-type': 'application/merge-patch+json' } }], ['POST', widgetsPath, { body: widget('two'), headers: { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' } }], ['DELETE', `${widgetsPath}/one`, asTable]),
  {
    title: 'columns of every type show full values, missing values and values of another type',
    run: async (server) => {
      const path = await install(server);
      const [, , group] = path.split('/');
      const make = (name: string, of: object): object => object(`${group}/v1`, 'Shape', name, { spec: of });
      await server.quietly(async () => {
        await server.request('POST', path, { body: make('full', spec) });
        await server.request('POST', path, { body: make('empty', {}) });
        await server.request('POST', path, { body: make('odd', { when: 'yesterday', flag: 'true', count: '3', ratio: 2, text: 5, list: [], map: null, items: {}, deep: ['x'] }) });
        await server.request('POST', path, { body: make('more', { when: null, flag: false, count: 1.5, ratio: 1e21, text: 'two\nlines\tand more', list: [{ a: 1 }, null, 'x'], map: { x: { y: [1, 'two', true, null] } }, items: [{ type: 'b', n: 5 }] }) });
      });
      await server.request('GET', path, asTable);
      await server.kubectl('get shapes.' + group);
      await server.kubectl('get shapes.' + group + ' -o wide');
    },
  },
  kubectl('kubectl get prints several kinds, all, and a category', 'create configmap one', 'create -f -', ['create -f -', widget('w')], 'get configmaps,widgets', 'get configmap/one widget/w', 'get things', 'get clrk', 'get cm,secret', 'get nothing', 'get widgets.v1beta1.test.example.com', 'get widgets.v1.test.example.com w', 'get wd w -o name', 'get widget/none configmap/one'),
  kubectl('kubectl get in every output format', ['create -f -', widget('w', { size: 'small', parts: [{ name: 'a', value: 'x' }] })], 'get widget w -o json', 'get widget w -o yaml', 'get widgets -o json', 'get widgets -o yaml', 'get widget w -o jsonpath={.spec.parts[0].name}', 'get widget w -o go-template={{.spec.size}}', 'get widgets -o name', 'get widget w -o custom-columns=A:.spec.size', 'get widget w --show-kind', 'get widget w --show-managed-fields -o yaml', 'get widget w -o nonsense', 'get widgets --sort-by=.spec.none', 'get widget w --subresource=status', 'get widget w --subresource=scale', 'get widget w --server-print=false', 'get --raw /apis/test.example.com/v1/namespaces/{ns}/widgets/w/scale'),
  kubectl('kubectl events and kubectl get events', ['create -f -', event('a', { count: 3, firstTimestamp: old, lastTimestamp: old, source: { component: 'kubelet', host: 'n1' } })], ['create -f -', event('b', { eventTime: '2026-01-02T00:00:00.000000Z', reportingComponent: 'c', reportingInstance: 'i', action: 'x', type: 'Warning' })], 'events', 'events --types=Warning', 'events --for widget/w', 'get events', 'get events -o wide', 'get events --sort-by=.lastTimestamp', 'events -o name', 'events --no-headers', 'get events --field-selector type=Warning'),
  kubectl('kubectl describe prints a widget and its events', ['create -f -', widget('w', { size: 'small', parts: [{ name: 'a', value: 'x' }] }, { labels: { a: 'b' } })], 'describe widget w', 'describe configmap none', 'create configmap one --from-literal=a=b', 'describe configmap one', 'create secret generic s --from-literal=a=b', 'describe secret s'),
  kubectl('kubectl describe of a namespace', 'describe namespace {ns}'),
  requests('one object is not given as a list of metadata', ['POST', widgetsPath, { body: widget('one') }], ['GET', `${widgetsPath}/one`, { headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' } }]),
  kubectl('kubectl get ev is warned of, where two kinds have the short name', 'get ev'),
];
