// Label and field selectors: what they select, and the words of what is wrong with them.
import { kubectl, requests, type Case } from '../case.ts';
import { configMap, configMapsPath, secretsPath, widget, widgetsPath } from '../fixtures.ts';

const labelled: Readonly<Record<string, object>> = {
  a: { app: 'web', tier: 'front' }, b: { app: 'web', tier: 'back', 'example.com/size': '10' }, c: { app: 'db', tier: '' }, d: { none: '' }, e: { 'example.com/size': '9', in: 'in' },
};

const names = { keep: (body: { readonly items?: readonly { readonly metadata: { readonly name: string } }[] }) => body.items?.map(({ metadata }) => metadata.name) ?? body };

/** Which of the five objects each selector takes. */
const selecting = (title: string, parameter: string, selectors: readonly string[], path = configMapsPath): Case => ({
  title,
  run: async (server) => {
    await server.quietly(async () => {
      for (const [name, labels] of Object.entries(labelled)) await server.request('POST', path, { body: path === configMapsPath ? configMap(name, { a: '1' }, { labels }) : widget(name, { size: name === 'a' ? 'large' : 'small' }, { labels }) });
    });
    for (const selector of selectors) await server.request('GET', `${path}?${parameter}=${encodeURIComponent(selector)}`, names as object);
  },
});

const wrong = (title: string, parameter: string, path: string, ...selectors: readonly string[]): Case => requests(title, ...selectors.map((selector) => ['GET', `${path}?${parameter}=${encodeURIComponent(selector)}`] as const));

export const selectorCases: readonly Case[] = [
  selecting('label selectors by equality', 'labelSelector', ['app=web', 'app==web', 'app = web', 'app!=web', 'app!=web,tier', 'tier=', 'tier!=', 'app=web,tier=back', 'app=web , tier != back', 'app', '!app', ' ! app', 'app,!tier', '', ' ']),
  selecting('label selectors by sets', 'labelSelector', ['app in (web)', 'app in (web,db)', 'app in ( web , db )', 'app notin (web)', 'tier in ()', 'tier in (,front)', 'tier in (front,)', 'tier notin ()', 'app in (web),tier notin (back)', 'app  in(web)', 'in in (in)', 'app in (web,web)']),
  selecting('label selectors by number', 'labelSelector', ['example.com/size>9', 'example.com/size<10', 'example.com/size > 8 , example.com/size < 10', 'app>1', 'example.com/size>9,example.com/size']),
  wrong('label selectors that cannot be read', 'labelSelector', configMapsPath, 'app=web=x', '=web', 'app in web', 'app in (web', 'app in web)', 'app notin', 'app in', ',', 'app,', ',app', 'app web', '!', '!!app', '!app=web', '(app)', 'app=web,,tier', 'app in (a b)', 'in', 'notin', 'app>', 'app>x', 'app<1.5', 'app!', 'app!web', 'app=(x)', 'x<=3', 'app=~web', 'app in (a),', '@', 'app=@', 'app in ((a))', 'app=in', 'app in (in, notin)'),
  wrong('label selectors with keys and values that no label can have', 'labelSelector', configMapsPath, 'a b=c', '-app=web', 'app-=web', 'app=-web', 'app=web-', `${'a'.repeat(64)}=b`, `a=${'b'.repeat(64)}`, 'UPPER.example.com/x=y', 'a/b/c=d', '/a=b', 'a/=b', 'app=wéb', 'app in (-a,b-)', '!-app', 'app="web"', `${'a.'.repeat(130)}x/y`),
  wrong('the same faults on a custom kind', 'labelSelector', widgetsPath, 'app=web=x', '-app=web', 'app in (', 'app>x'),
  { ...wrong('the same faults on a watch, and on a delete of a collection', 'watch=1&timeoutSeconds=1&labelSelector', configMapsPath, 'app=web=x', '-app=web'), },
  requests('a collection is not deleted by a selector that cannot be read', ['DELETE', `${configMapsPath}?labelSelector=app%3Dx%3Dy`], ['DELETE', `${configMapsPath}?fieldSelector=data.a%3Dx`]),
  selecting('field selectors on names', 'fieldSelector', ['metadata.name=a', 'metadata.name==a', 'metadata.name!=a', 'metadata.name = a', 'metadata.name=a,metadata.name=b', 'metadata.name!=a,metadata.name!=b', 'metadata.namespace=default', 'metadata.name=', 'metadata.name!=', '', ',', 'metadata.name=a,', 'metadata.name=A', 'metadata.name=a\\,b', 'metadata.name=a\\=b', 'metadata.name=a/b']),
  selecting('field selectors on a custom kind', 'fieldSelector', ['metadata.name=a', 'spec.size=large', 'spec.size!=large', 'spec.size=large,metadata.name=b', 'spec.size='], widgetsPath),
  wrong('field selectors that cannot be read', 'fieldSelector', configMapsPath, 'metadata.name', '=a', 'metadata.name<a', 'metadata.name in (a)', 'metadata.name=a\\b', 'metadata.name=a=b', 'a=b=c', '!metadata.name', 'metadata.name=a\\', 'metadata.name~=a', ' '),
  wrong('fields that a core kind does not select by', 'fieldSelector', configMapsPath, 'data.a=1', 'metadata.uid=x', 'metadata.labels=x', 'spec.size=x', 'Metadata.name=a', 'metadata.creationTimestamp=x', 'name=a', 'metadata.name=a,x=y'),
  wrong('fields that a custom kind does not select by', 'fieldSelector', widgetsPath, 'spec.word=x', '.spec.size=large', 'status.phase=x', 'spec=x', 'spec.size=x,spec.word=y'),
  wrong('fields that a version of a custom kind does not select by', 'fieldSelector', '/apis/test.example.com/v1beta1/namespaces/{ns}/widgets', 'spec.size=large', 'metadata.name=x'),
  {
    title: 'secrets are selected by type',
    run: async (server) => {
      await server.quietly(async () => {
        await server.request('POST', secretsPath, { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' } } });
        await server.request('POST', secretsPath, { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'two' }, type: 'example.com/two' } });
      });
      for (const selector of ['type=Opaque', 'type!=Opaque', 'type=example.com/two', 'data=x', 'immutable=true']) await server.request('GET', `${secretsPath}?fieldSelector=${encodeURIComponent(selector)}`, names as object);
    },
  },
  {
    title: 'events are selected by what they are about',
    run: async (server) => {
      const event = (name: string, more: object): object => ({ apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject: { kind: 'Widget', name: 'w', namespace: server.namespace, uid: 'u-1', apiVersion: 'test.example.com/v1', fieldPath: 'spec.x', resourceVersion: '7' }, reason: 'Done', type: 'Normal', message: 'm', ...more });
      const path = `/api/v1/namespaces/{ns}/events`;
      await server.quietly(async () => {
        await server.request('POST', path, { body: event('a', { source: { component: 'here', host: 'h' } }) });
        await server.request('POST', path, { body: event('b', { reason: 'Failed', type: 'Warning', reportingComponent: 'there', reportingInstance: 'i', action: 'Try', eventTime: '2026-01-01T00:00:00.000000Z' }) });
      });
      for (const selector of ['involvedObject.kind=Widget', 'involvedObject.name!=w', 'involvedObject.uid=u-1', 'involvedObject.apiVersion=test.example.com/v1', 'involvedObject.fieldPath=spec.x', 'involvedObject.resourceVersion=7', 'involvedObject.namespace=x', 'reason=Failed', 'type=Warning', 'type!=Warning', 'source=here', 'source=there', 'reportingComponent=there', 'reportingController=there', 'source.component=here', 'message=m', 'action=Try', 'involvedObject.labels=x']) {
        await server.request('GET', `${path}?fieldSelector=${encodeURIComponent(selector)}`, names as object);
      }
    },
  },
  {
    title: 'namespaces are selected by name and phase',
    run: async (server) => {
      const own = { keep: (body: { readonly items?: readonly { readonly metadata: { readonly name: string } }[] }) => body.items?.filter(({ metadata }) => metadata.name === server.namespace).map(({ metadata }) => metadata.name) ?? body };
      for (const selector of ['metadata.name={ns}', 'name={ns}', 'status.phase=Active', 'status.phase!=Active', 'metadata.namespace=x', 'status.phase=Terminating', 'spec.finalizers=kubernetes', 'metadata.namespace=']) await server.request('GET', `/api/v1/namespaces?fieldSelector=${encodeURIComponent(selector).replaceAll('%7B', '{').replaceAll('%7D', '}')}`, own as object);
    },
  },
  wrong('definitions, services, leases and accounts select by their own fields', 'fieldSelector', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'spec.group=x', 'metadata.namespace=x', 'metadata.name=none'),
  requests('services and service accounts select by their own fields', ...['services?fieldSelector=spec.clusterIP%3DNone', 'services?fieldSelector=spec.type%3DClusterIP', 'services?fieldSelector=spec.x%3DClusterIP', 'serviceaccounts?fieldSelector=secrets%3Dx', 'serviceaccounts?fieldSelector=metadata.name%3Dx', 'endpoints?fieldSelector=subsets%3Dx'].map((path) => ['GET', `/api/v1/namespaces/{ns}/${path}`] as const), ['GET', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases?fieldSelector=spec.holderIdentity%3Dx']),
  kubectl('kubectl get with selectors that are wrong', 'get configmaps -l a=b=c', 'get configmaps --field-selector data.x=1', 'get configmaps -l a,b', 'get widgets --field-selector spec.word=x', 'get configmaps -l !a', 'get configmaps one -l a=b'),
];
