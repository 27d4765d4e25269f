// Services: what is filled in, which addresses and node ports they get, what is refused, what a change of type does.
import { kubectl, requests, type Ask, type Body, type Case } from '../case.ts';

const path = '/api/v1/namespaces/{ns}/services';
const merge = (body: object): Ask => ({ body, headers: { 'content-type': 'application/merge-patch+json' } });
const service = (name: string, spec: object, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, ...metadata }, spec });
const http = { port: 80 };
const make = (name: string, spec: object): readonly [string, string, Ask] => ['POST', path, { body: service(name, spec) }];

export const serviceCases: readonly Case[] = [
  requests('an ordinary service gets an address and its defaults', make('one', { ports: [http], selector: { a: 'b' } }), ['GET', `${path}/one`], make('two', { ports: [http] })),
  requests('a headless service has no address, and both families when nobody selects its endpoints', make('one', { clusterIP: 'None', ports: [http] }), make('two', { clusterIP: 'None', ports: [http], selector: { a: 'b' } }), make('three', { clusterIP: 'None', clusterIPs: ['None'] })),
  requests('a service of type NodePort or LoadBalancer gets node ports', make('one', { type: 'NodePort', ports: [http] }), make('two', { type: 'LoadBalancer', ports: [{ port: 80, name: 'a' }, { port: 80, protocol: 'UDP', name: 'b' }] }), make('three', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [http] }), make('four', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [http] })),
  requests('a service of type ExternalName has no address', make('one', { type: 'ExternalName', externalName: 'example.com.' }), make('two', { type: 'ExternalName' }), make('three', { type: 'ExternalName', externalName: 'not a name' }), make('four', { type: 'ExternalName', externalName: 'example.com', clusterIP: '10.0.0.7' })),
  requests('an address that is taken or out of range is refused', make('one', { clusterIP: '10.0.0.1', ports: [http] }), make('two', { clusterIP: '192.168.0.1', ports: [http] }), make('three', { clusterIP: 'nonsense', ports: [http] }), make('four', { clusterIP: '10.0.1.1', ports: [http] })),
  requests('a node port out of range is refused, also one that is taken', make('one', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }), make('two', { type: 'NodePort', ports: [{ port: 80, nodePort: 32111, name: 'a' }] }), make('three', { type: 'NodePort', ports: [{ port: 80, nodePort: 32111 }] }), ['DELETE', `${path}/two`], make('three', { type: 'NodePort', ports: [{ port: 80, nodePort: 32111 }] }), ['DELETE', `${path}/three`], make('four', { ports: [{ port: 80, nodePort: 32112 }] })),
  requests('ports of a service must be ones, and have names when there are several',
    make('one', {}), make('one', { ports: [{ port: 0 }] }), make('one', { ports: [{ port: 70000 }] }), make('one', { ports: [http, { port: 81 }] }), make('one', { ports: [{ port: 80, name: 'a' }, { port: 81, name: 'a' }] }), make('one', { ports: [{ port: 80, name: 'A b' }] }),
    make('one', { ports: [{ port: 80, protocol: 'XTP' }] }), make('one', { ports: [{ port: 80, targetPort: 'much-too-long-a-name' }] }), make('one', { ports: [{ port: 80, targetPort: 0 }, { port: 80, targetPort: 70000, name: 'b' }] }), make('one', { ports: [{ port: 80, name: 'a' }, { port: 80, name: 'b' }] })),
  requests('types and policies of a service must be known ones', make('one', { type: 'Virtual', ports: [http] }), make('one', { sessionAffinity: 'Cookie', ports: [http] }), make('one', { internalTrafficPolicy: 'Some', ports: [http] }), make('one', { externalTrafficPolicy: 'Local', ports: [http] }), make('one', { ipFamilyPolicy: 'Both', ports: [http] }), make('one', { ipFamilies: ['IPv5'], ports: [http] }),
    make('one', { ipFamilies: ['IPv6'], ports: [http] }), make('one', { ipFamilyPolicy: 'RequireDualStack', ports: [http] }), make('one', { selector: { 'a b': 'c' }, ports: [http] }), make('one', { externalIPs: ['x'], ports: [http] }), make('one', { allocateLoadBalancerNodePorts: true, ports: [http] })),
  requests('a service keeps clients that stick to an endpoint for three hours', make('one', { sessionAffinity: 'ClientIP', ports: [http] }), make('two', { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }, ports: [http] }), make('three', { sessionAffinity: 'None', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }, ports: [http] })),
  requests('a manifest that is sent again keeps address and node port', make('one', { type: 'NodePort', ports: [http] }), ['PUT', `${path}/one`, { body: service('one', { type: 'NodePort', ports: [http] }) }], ['PUT', `${path}/one`, { body: service('one', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080 }] }) }]),
  requests('the address of a service may not change', make('one', { ports: [http] }), ['PATCH', `${path}/one`, merge({ spec: { clusterIP: '10.0.0.250', clusterIPs: ['10.0.0.250'] } })], ['PATCH', `${path}/one`, merge({ spec: { clusterIP: 'None' } })], ['PATCH', `${path}/one`, merge({ spec: { clusterIP: null } })], ['PATCH', `${path}/one`, merge({ spec: { clusterIP: null, clusterIPs: null } })]),
  requests('a service that changes its type gets and loses what the type needs', make('one', { ports: [http] }), ['PATCH', `${path}/one`, merge({ spec: { type: 'NodePort' } })], ['PATCH', `${path}/one`, merge({ spec: { type: 'LoadBalancer' } })], ['PATCH', `${path}/one`, merge({ spec: { type: 'ClusterIP' } })], ['PATCH', `${path}/one`, merge({ spec: { type: 'ExternalName', externalName: 'example.com' } })], ['PATCH', `${path}/one`, merge({ spec: { type: 'ClusterIP', externalName: null } })]),
  requests('the status of a service is its own', make('one', { type: 'LoadBalancer', ports: [http] }), ['PATCH', `${path}/one/status`, merge({ metadata: { labels: { a: 'b' } }, spec: { sessionAffinity: 'ClientIP' }, status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } })], ['PATCH', `${path}/one`, merge({ status: { loadBalancer: { ingress: [] } } })]),
  requests('what a service says in vain is warned of', make('one', { clusterIP: 'None', ports: [http], externalIPs: ['10.1.2.3'], sessionAffinity: 'ClientIP', loadBalancerIP: '1.2.3.4' }), make('two', { ports: [http], externalName: 'example.com', trafficDistribution: 'PreferClose' }), make('three', { type: 'ExternalName', externalName: 'example.com', externalIPs: ['10.1.2.3'] })),
  requests('a dry run of a service gives an address and takes none', ['POST', `${path}?dryRun=All`, { body: service('one', { ports: [http] }) }], ['GET', `${path}/one`]),
  {
    title: 'the address of a deleted service can be had again',
    run: async ({ quietly, request }) => {
      const made = await quietly(() => request('POST', path, { body: service('one', { ports: [http] }) }));
      const address = made.body['spec']?.['clusterIP'];
      const again = { body: service('two', { clusterIP: address, ports: [http] }), keep: (body: Body) => ({ ...(body as object), message: undefined, details: undefined }) };
      await request('POST', path, again);
      await request('DELETE', `${path}/one`);
      await request('POST', path, again);
    },
  },
  requests('services are selected by type and address', make('one', { clusterIP: 'None', ports: [http] }), make('two', { ports: [http] }), ['GET', `${path}?fieldSelector=spec.clusterIP%3DNone`, { keep: (body) => body['items']?.map((one) => one['metadata']?.['name']) }], ['GET', `${path}?fieldSelector=spec.type%3DClusterIP`, { keep: (body) => body['items']?.map((one) => one['metadata']?.['name']) }]),
  kubectl('kubectl create service makes services of every type', 'create service clusterip one --tcp=80:8080', 'create service clusterip two --clusterip=None', 'create service nodeport three --tcp=80', 'create service loadbalancer four --tcp=80 --tcp=443', 'create service externalname five --external-name=example.com', 'get svc', 'get svc -o wide', 'get service one -o yaml', 'get svc three -o jsonpath={.spec.type}', 'delete svc --all'),
  kubectl('kubectl apply of a service and of the same again', ['apply -f -', service('one', { ports: [http], selector: { a: 'b' } })], ['apply -f -', service('one', { ports: [http], selector: { a: 'b' } })], ['apply -f -', service('one', { ports: [{ port: 81 }], selector: { a: 'b' } })], 'get svc one'),
];
