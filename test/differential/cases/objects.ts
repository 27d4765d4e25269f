// Creating, reading and replacing single objects: what a client may say of an object, and what only the server says.
import { kubectl, requests, type Body, type Case } from '../case.ts';
import { configMap, configMapsPath, gizmo, gizmosPath, widget, widgetsPath } from '../fixtures.ts';

const with_ = (body: object, more: object): object => ({ ...body, ...more });
const withMeta = (body: Body, more: object): object => ({ ...(body as object), metadata: { ...(body['metadata'] as object), ...more } });

/** What only the server may say. */
const claimed = {
  uid: '11111111-2222-4333-8444-555555555555', creationTimestamp: '2020-01-01T00:00:00Z', deletionTimestamp: '2020-01-01T00:00:00Z', deletionGracePeriodSeconds: 7, generation: 9, selfLink: '/here',
};

export const objectCases: readonly Case[] = [
  requests('a created object comes back whole, with its uid, version, time and owner of fields', ['POST', configMapsPath, { body: configMap('one') }], ['GET', `${configMapsPath}/one`]),
  requests('creating what is there already is AlreadyExists', ['POST', configMapsPath, { body: configMap('one') }], ['POST', configMapsPath, { body: configMap('one') }], ['POST', widgetsPath, { body: widget('one') }], ['POST', widgetsPath, { body: widget('one') }]),
  requests('an object that is not there is NotFound', ['GET', `${configMapsPath}/none`], ['DELETE', `${configMapsPath}/none`], ['PUT', `${configMapsPath}/none`, { body: configMap('none') }], ['GET', `${widgetsPath}/none`], ['DELETE', `${widgetsPath}/none`], ['PUT', `${widgetsPath}/none`, { body: widget('none') }]),
  requests('a custom object gets its defaults and generation 1', ['POST', widgetsPath, { body: widget('one', { size: 'small', parts: [{ name: 'a' }] }) }]),
  {
    title: 'a PUT with an old resourceVersion is a Conflict',
    run: async ({ request }) => {
      const { body } = await request('POST', widgetsPath, { body: widget('one') });
      await request('PUT', `${widgetsPath}/one`, { body: with_(body, { spec: { size: 'large' } }) });
      await request('PUT', `${widgetsPath}/one`, { body: with_(body, { spec: { size: 'small' } }) });
    },
  },
  kubectl('kubectl create, get and delete print what they print on a cluster', ['create -f -', configMap('one')], 'get configmap one', 'get configmap one -o yaml', 'get cm one -o name', 'delete cm one', 'get cm one'),
  requests('what only the server says is not taken from a client that creates', ['POST', configMapsPath, { body: configMap('one', { a: '1' }, claimed) }], ['POST', widgetsPath, { body: widget('one', { size: 'small' }, claimed) }], ['POST', gizmosPath, { body: gizmo('claimed-{u}', {}, claimed) }], ['DELETE', `${gizmosPath}/claimed-{u}`]),
  {
    title: 'what only the server says is not taken from a client that updates',
    run: async ({ request }) => {
      const { uid: _uid, ...rest } = claimed;
      const map = await request('POST', configMapsPath, { body: configMap('one') });
      await request('PUT', `${configMapsPath}/one`, { body: withMeta(map.body, rest) });
      await request('PUT', `${configMapsPath}/one`, { body: withMeta(map.body, { uid: null, creationTimestamp: null }) });
      const { body } = await request('POST', widgetsPath, { body: widget('one') });
      await request('PUT', `${widgetsPath}/one`, { body: withMeta(body, rest) });
    },
  },
  requests('an update with another uid is a Conflict', ['POST', configMapsPath, { body: configMap('one') }], ['PUT', `${configMapsPath}/one`, { body: configMap('one', { a: '2' }, { uid: claimed.uid }) }], ['POST', gizmosPath, { body: gizmo('uid-{u}') }], ['PUT', `${gizmosPath}/uid-{u}`, { body: gizmo('uid-{u}', {}, { uid: claimed.uid, resourceVersion: '1' }) }], ['DELETE', `${gizmosPath}/uid-{u}`]),
  requests('a resourceVersion cannot be given to a new object', ['POST', configMapsPath, { body: configMap('one', { a: '1' }, { resourceVersion: '5' }) }], ['POST', widgetsPath, { body: widget('one', { size: 'small' }, { resourceVersion: '5' }) }], ['POST', configMapsPath, { body: configMap('two', { a: '1' }, { resourceVersion: '0' }) }]),
  requests('an update of a compiled-in kind needs no resourceVersion, one of a custom kind does',
    ['POST', configMapsPath, { body: configMap('one') }], ['PUT', `${configMapsPath}/one`, { body: configMap('one', { a: '2' }) }], ['POST', widgetsPath, { body: widget('one') }], ['PUT', `${widgetsPath}/one`, { body: widget('one', { size: 'large' }) }],
    ['PUT', `${configMapsPath}/one`, { body: configMap('one', { a: '3' }, { resourceVersion: '0' }) }], ['PUT', `${configMapsPath}/one`, { body: configMap('one', { a: '3' }, { resourceVersion: 'x' }) }], ['PUT', `${widgetsPath}/one`, { body: widget('one', { size: 'large' }, { resourceVersion: 'x' }) }]),
  {
    title: 'an update that changes nothing keeps the version and the time of the fields',
    run: async ({ request }) => {
      const map = await request('POST', configMapsPath, { body: configMap('one') });
      await request('PUT', `${configMapsPath}/one`, { body: map.body });
      await request('PUT', `${configMapsPath}/one`, { body: configMap('one') });
      const { body } = await request('POST', widgetsPath, { body: widget('one') });
      await request('PUT', `${widgetsPath}/one`, { body });
      await request('PUT', `${widgetsPath}/one/status`, { body });
    },
  },
  {
    title: 'generation counts changes of what is wanted, not of metadata or status',
    run: async ({ request }) => {
      const { body } = await request('POST', widgetsPath, { body: widget('one') });
      const labelled = await request('PUT', `${widgetsPath}/one`, { body: withMeta(body, { labels: { a: 'b' } }) });
      const larger = await request('PUT', `${widgetsPath}/one`, { body: with_(labelled.body, { spec: { size: 'large' } }) });
      await request('PUT', `${widgetsPath}/one/status`, { body: with_(larger.body, { status: { phase: 'Done' } }) });
      await request('PATCH', `${widgetsPath}/one`, { body: { spec: { size: 'small' } }, headers: { 'content-type': 'application/merge-patch+json' } });
    },
  },
  {
    title: 'a kind without a status subresource counts a change of status as a new generation',
    clusterWide: true,
    run: async ({ request }) => {
      const { body } = await request('POST', gizmosPath, { body: { ...gizmo('counted-{u}'), status: { seen: false } } });
      const seen = await request('PUT', `${gizmosPath}/counted-{u}`, { body: with_(body, { status: { seen: true } }) });
      await request('PUT', `${gizmosPath}/counted-{u}`, { body: withMeta(seen.body, { annotations: { a: 'b' } }) });
      await request('PUT', `${gizmosPath}/counted-{u}/status`, { body: seen.body });
      await request('DELETE', `${gizmosPath}/counted-{u}`);
    },
  },
  {
    title: 'status is written by its own path only, and that path writes nothing else',
    run: async ({ request }) => {
      const { body } = await request('POST', widgetsPath, { body: { ...widget('one'), status: { phase: 'Early' } } });
      const main = await request('PUT', `${widgetsPath}/one`, { body: with_(body, { spec: { size: 'large' }, status: { phase: 'Wrong' } }) });
      const status = await request('PUT', `${widgetsPath}/one/status`, { body: with_(withMeta(main.body, { labels: { a: 'b' }, finalizers: ['example.com/a'] }), { spec: { size: 'small' }, status: { phase: 'Right' } }) });
      await request('GET', `${widgetsPath}/one/status`);
      await request('PUT', `${widgetsPath}/one`, { body: with_(status.body, { status: undefined }) });
      await request('PATCH', `${widgetsPath}/one/status`, { body: { spec: { size: 'small' }, status: { replicas: 3 } }, headers: { 'content-type': 'application/merge-patch+json' } });
      await request('DELETE', `${widgetsPath}/one/status`);
    },
  },
];
