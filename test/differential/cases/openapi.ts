// The OpenAPI documents, cut down to the kinds that both servers have, and what kubectl makes of them.
import { kubectl, requests, type Body, type Case } from '../case.ts';

const ours = ['api/v1', 'apis/apiextensions.k8s.io/v1', 'apis/clrk.apoxy.dev/v1alpha1', 'apis/coordination.k8s.io/v1', 'apis/test.example.com/v1', 'apis/test.example.com/v1beta1'];
const kinds = ['Namespace', 'Secret', 'ConfigMap', 'Service', 'Endpoints', 'ServiceAccount', 'Event'];
const coreSchemas = kinds.flatMap((kind) => [`io.k8s.api.core.v1.${kind}`, `io.k8s.api.core.v1.${kind}List`]);
const others = ['io.k8s.api.coordination.v1.Lease', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition', 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'io.k8s.apimachinery.pkg.apis.meta.v1.Status', 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'];

const picked = (from: Body | undefined, names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, from?.[name]]));
const named = (from: Body | undefined, wanted: (name: string) => boolean): object => Object.fromEntries(Object.entries(from ?? {}).filter(([name]) => wanted(name)));

const collection = (plural: string, group = '/api/v1'): readonly string[] => [`${group}/namespaces/{namespace}/${plural}`, `${group}/namespaces/{namespace}/${plural}/{name}`, `${group}/${plural}`];

/** Version 2 keeps parameters that are alike in one place: what is compared is what they say. */
function resolved(paths: object, parameters: Body | undefined): unknown {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    const reference = (value as { readonly $ref?: string }).$ref;
    if (reference?.startsWith('#/parameters/')) return parameters?.[reference.slice('#/parameters/'.length)];
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, visit(one)]));
  };
  return visit(paths);
}

const two = (keep: (body: Body) => unknown) => [['GET', '/openapi/v2', { keep }]] as const;
const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

const ownKinds = ['daemonagents', 'workerpools', 'egressgateways', 'aiproviderroutes', 'credentialinjectionpolicies', 'agentsandboxrevisions', 'widgets', 'gizmos'] as const;
const coreKinds = ['configmaps', 'secrets', 'namespaces', 'services', 'endpoints', 'serviceaccounts', 'events', 'leases', 'customresourcedefinitions'] as const;

export const openApiCases: readonly Case[] = [
  {
    title: 'the index of OpenAPI v3 has an address with a hash for each document',
    run: async (server) => {
      await server.request('GET', '/openapi/v3', { keep: (body) => body });
      const { text } = await server.quietly(() => server.request('GET', '/openapi/v3'));
      const { paths } = JSON.parse(text) as { readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>> };
      for (const path of ours) {
        const address = paths[path]?.serverRelativeURL ?? '';
        server.note(path, address.replace(/[0-9A-F]{128}$/, 'HASH'));
        const { status, headers } = await server.quietly(() => server.request('GET', address));
        server.note(`${path} by its hash`, [status, headers['content-type'], headers['cache-control'], headers['vary'], headers['etag'] === `"${address.split('hash=')[1]}"`, headers['expires'] !== undefined]);
        const same = await server.quietly(() => server.request('GET', address, { headers: { 'if-none-match': String(headers['etag']) } }));
        server.note(`${path} again`, [same.status, same.text.length]);
        const other = await server.quietly(() => server.request('GET', `/openapi/v3/${path}?hash=0123`));
        server.note(`${path} by another hash`, [other.status, String(other.headers['location']).replace(/[0-9A-F]{128}$/, 'HASH'), other.text]);
      }
    },
    // The list of all documents is the server's.
    vague: [/\{"paths":.*\}/g],
  },
  requests('documents of OpenAPI that are not there, or not in the writing asked for', ['GET', '/openapi/v3/apis/none.example.com/v1'], ['GET', '/openapi/v3/none'], ['GET', '/openapi/v3/'], ['GET', '/openapi/none'], ['GET', '/openapi/v3/api/v1', { headers: { accept: 'text/html' } }], ['GET', '/openapi/v2', { headers: { accept: 'text/html' } }], ['GET', '/openapi/v2', { headers: { accept: 'application/yaml' } }]),
  ...['test.example.com/v1', 'test.example.com/v1beta1', 'clrk.apoxy.dev/v1alpha1'].map((version) => requests(`OpenAPI v3 of ${version} is the same to the letter`, ['GET', `/openapi/v3/apis/${version}`])),
  requests('the schemas of core kinds are published in OpenAPI v3', ['GET', '/openapi/v3/api/v1', { keep: (body) => ({ info: body['info'], openapi: body['openapi'], schemas: picked(body['components']?.['schemas'], coreSchemas) }) }], ['GET', '/openapi/v3/apis/coordination.k8s.io/v1', { keep: (body) => picked(body['components']?.['schemas'], others.slice(0, 1)) }], ['GET', '/openapi/v3/apis/apiextensions.k8s.io/v1', { keep: (body) => picked(body['components']?.['schemas'], others.slice(1, 2)) }]),
  requests('the operations of core kinds are published in OpenAPI v3', ['GET', '/openapi/v3/api/v1', { keep: (body) => picked(body['paths'], [...['configmaps', 'secrets', 'serviceaccounts', 'services', 'events', 'endpoints'].flatMap((plural) => collection(plural)), '/api/v1/namespaces', '/api/v1/namespaces/{name}', '/api/v1/namespaces/{name}/status', '/api/v1/namespaces/{namespace}/services/{name}/status']) }],
    ['GET', '/openapi/v3/apis/coordination.k8s.io/v1', { keep: (body) => picked(body['paths'], collection('leases', '/apis/coordination.k8s.io/v1')) }], ['GET', '/openapi/v3/apis/apiextensions.k8s.io/v1', { keep: (body) => picked(body['paths'], ['/apis/apiextensions.k8s.io/v1/customresourcedefinitions', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}/status']) }]),
  requests('OpenAPI v2 has the schemas of our kinds and of the fixtures', ...two((body) => ({ swagger: body['swagger'], info: body['info'], security: body['security'], definitions: named(body['definitions'], (name) => /^(?:com\.example\.test|dev\.apoxy\.clrk)\./.test(name)) }))),
  requests('OpenAPI v2 has the schemas of core kinds', ...two((body) => picked(body['definitions'], [...coreSchemas, ...others]))),
  requests('OpenAPI v2 has the operations of custom and of core kinds', ...two((body) => resolved({ ...named(body['paths'], (path) => /^\/apis\/(?:test\.example\.com|clrk\.apoxy\.dev)\/v/.test(path)), ...picked(body['paths'], [...collection('configmaps'), ...collection('serviceaccounts')]) }, body['parameters']))),
  {
    title: 'OpenAPI v2 is given as protobuf and by its tag',
    run: async (server) => {
      for (const accept of [protobuf, `${protobuf}, application/json`, 'application/json', '*/*']) {
        const { status, headers } = await server.quietly(() => server.request('GET', '/openapi/v2', { headers: { accept } }));
        server.note(accept, [status, headers['content-type'], String(headers['etag']).replace(/[0-9A-F]{128}/, 'HASH')]);
      }
    },
  },
  ...ownKinds.map((plural) => kubectl(`kubectl explain of every field of ${plural}`, `explain ${plural} --recursive`, `explain ${plural}`, `explain ${plural}.spec`, `explain ${plural}.metadata.ownerReferences`)),
  ...coreKinds.map((plural) => kubectl(`kubectl explain of every field of ${plural}`, `explain ${plural} --recursive`, `explain ${plural}`)),
  kubectl('kubectl explain of one field, one version, one that is not there', 'explain widgets.spec.parts.name', 'explain widgets --api-version=test.example.com/v1beta1', 'explain widgets.spec.none', 'explain none', 'explain widgets.spec.port', 'explain services.spec.ports', 'explain secrets.data', 'explain widgets.spec.template'),
  kubectl('kubectl explain by OpenAPI v2', 'explain widgets --output=plaintext-openapiv2', 'explain widgets.spec --output=plaintext-openapiv2 --recursive', 'explain configmaps --output=plaintext-openapiv2', 'explain services.spec --output=plaintext-openapiv2', 'explain daemonagents.spec --output=plaintext-openapiv2 --recursive', 'explain leases --output=plaintext-openapiv2 --recursive'),
  kubectl('kubectl create checks the fields of custom and core kinds', ['create --validate=strict -f -', { apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec: { size: 'small', unknown: 1, nested: { deep: { none: 1 } } } }], ['create --validate=warn -f -', { apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name: 'b' }, spec: { size: 'small', unknown: 1 } }],
    ['create --validate=ignore -f -', { apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name: 'c' }, spec: { size: 'small', unknown: 1 } }], ['create --validate=strict -f -', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', none: 'x' }, dat: {} }], ['create --validate=strict --dry-run=server -f -', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { prots: [] } }]),
];
