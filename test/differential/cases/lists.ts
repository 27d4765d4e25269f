// Lists: pages and their tokens, versions and their matches, forms, order.
import { kubectl, requests, type Body, type Case, type Server } from '../case.ts';
import { configMap, configMapsPath, gizmosPath, secretsPath, widget, widgetsPath } from '../fixtures.ts';

const five = ['e', 'b', 'a', 'd', 'c'];

const made = async (server: Server, path = configMapsPath, make: (name: string) => object = configMap, names: readonly string[] = five): Promise<void> => {
  await server.quietly(async () => {
    for (const name of names) await server.request('POST', path, { body: make(name) });
  });
};

/** A case over five objects. */
const overFive = (title: string, path: string, make: (name: string) => object, ...queries: readonly string[]): Case => ({
  title,
  run: async (server) => {
    await made(server, path, make);
    for (const query of queries) await server.request('GET', `${path}?${query}`);
  },
});

const token = (body: Body): string => body['metadata']?.['continue'] ?? '';

/** Reads page after page. */
const paged = (title: string, path: string, make: (name: string) => object, query: string, headers: Readonly<Record<string, string>> = {}): Case => ({
  title,
  run: async (server) => {
    await made(server, path, make);
    let next = '';
    for (let page = 0; page < 6; page++) {
      const { body } = await server.request('GET', `${path}?${query}${next && `&continue=${next}`}`, { headers });
      next = token(body);
      if (!next) return;
    }
  },
});

const encoded = (value: object | string): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const oneWidget = (name: string): object => widget(name);

export const listCases: readonly Case[] = [
  paged('a list of a core kind is cut into pages with tokens and remaining counts', configMapsPath, configMap, 'limit=2'),
  paged('a list of a custom kind is cut into pages', widgetsPath, oneWidget, 'limit=2'),
  paged('pages with a label selector do not tell how many remain', configMapsPath, (name) => configMap(name, { a: '1' }, { labels: { odd: String('ace'.includes(name)) } }), 'limit=2&labelSelector=odd%3Dtrue'),
  paged('pages with a field selector', configMapsPath, configMap, 'limit=2&fieldSelector=metadata.name!=c'),
  paged('a page that holds all has no token', configMapsPath, configMap, 'limit=5'),
  paged('pages as tables', configMapsPath, configMap, 'limit=3', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
  paged('pages of metadata only', widgetsPath, oneWidget, 'limit=3', { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' }),
  {
    title: 'later pages show the moment of the first one',
    run: async (server) => {
      await made(server);
      const first = await server.request('GET', `${configMapsPath}?limit=2`);
      await server.quietly(async () => {
        await server.request('DELETE', `${configMapsPath}/d`);
        await server.request('POST', configMapsPath, { body: configMap('ca') });
        await server.request('PUT', `${configMapsPath}/e`, { body: configMap('e', { changed: 'yes' }) });
      });
      const second = await server.request('GET', `${configMapsPath}?limit=2&continue=${token(first.body)}`);
      await server.request('GET', `${configMapsPath}?limit=2&continue=${token(second.body)}`);
      await server.request('GET', `${configMapsPath}?continue=${token(first.body)}`);
      server.note('the version stays', first.body['metadata']?.['resourceVersion'] === second.body['metadata']?.['resourceVersion']);
    },
  },
  {
    title: 'a token cannot be used with a version or a match',
    run: async (server) => {
      await made(server);
      const next = token((await server.request('GET', `${configMapsPath}?limit=2`)).body);
      for (const more of ['resourceVersion=1', 'resourceVersion=0', 'resourceVersionMatch=Exact', 'resourceVersionMatch=NotOlderThan', 'resourceVersionMatch=Exact&resourceVersion=1', 'resourceVersion=x']) {
        await server.request('GET', `${configMapsPath}?limit=2&continue=${next}&${more}`);
      }
      await server.request('GET', `${secretsPath}?limit=2&continue=${next}`);
    },
  },
  requests('a token that no server made is refused', ...[
    'nonsense', '%25%25%25', encoded('{}'), encoded('[]'), encoded('null'), encoded({ v: 'meta.k8s.io/v1' }), encoded({ v: 'meta.k8s.io/v1', rv: 1 }), encoded({ v: 'meta.k8s.io/v2', rv: 1, start: 'a' }), encoded({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' }), encoded({ v: 'meta.k8s.io/v1', rv: 'x', start: 'a' }),
    encoded({ v: 'meta.k8s.io/v1', rv: 1, start: '' }), encoded({ v: 'meta.k8s.io/v1', rv: 1, start: '../x' }), encoded({ v: 'meta.k8s.io/v1', rv: 1, start: 'a/../../x' }), encoded({ v: 'meta.k8s.io/v1', rv: 1.5, start: 'a' }), encoded('{"v":'), encoded({ v: 'meta.k8s.io/v1', rv: -5, start: 'a' }), `${encoded({ v: 'meta.k8s.io/v1', rv: 1, start: 'a' })}=`,
  ].map((one) => ['GET', `${configMapsPath}?limit=2&continue=${one}`] as const)),
  {
    title: 'a token of this server with no version goes on at the newest',
    run: async (server) => {
      await made(server);
      await server.request('GET', `${configMapsPath}?limit=2&continue=${encoded({ v: 'meta.k8s.io/v1', rv: -1, start: 'b\0' })}`);
      await server.request('GET', `${configMapsPath}?limit=9&continue=${encoded({ v: 'meta.k8s.io/v1', rv: -1, start: 'c' })}`);
    },
  },
  overFive('wrong limits are refused', configMapsPath, configMap, 'limit=few', 'limit=-1', 'limit=0', 'limit=', 'limit=1.5', 'limit=99999999999999999999', 'limit=100'),
  overFive('wrong versions and matches of a list are refused by field', configMapsPath, configMap, 'resourceVersion=abc', 'resourceVersion=-1', 'resourceVersion=1.5', 'resourceVersionMatch=Exact', 'resourceVersionMatch=Exact&resourceVersion=0', 'resourceVersionMatch=NotOlderThan', 'resourceVersionMatch=Most&resourceVersion=1', 'resourceVersionMatch=exact&resourceVersion=1', 'resourceVersion=99999999999999999999999'),
  overFive('an old version with NotOlderThan, with a limit or with none gives the newest', configMapsPath, configMap, 'resourceVersion=0', 'resourceVersion=0&limit=2', 'resourceVersionMatch=NotOlderThan&resourceVersion=0', 'resourceVersionMatch=NotOlderThan&resourceVersion=1', 'resourceVersion=1', 'resourceVersion=1&resourceVersionMatch=NotOlderThan&limit=2'),
  {
    title: 'a list at an exact version shows that moment',
    run: async (server) => {
      await made(server);
      const { body } = await server.request('GET', configMapsPath);
      await server.quietly(() => server.request('DELETE', `${configMapsPath}/a`));
      const version = body['metadata']?.['resourceVersion'] ?? '';
      const then = await server.request('GET', `${configMapsPath}?resourceVersionMatch=Exact&resourceVersion=${version}`);
      await server.request('GET', `${configMapsPath}?limit=2&resourceVersionMatch=Exact&resourceVersion=${version}`);
      await server.request('GET', `${configMapsPath}?limit=2&resourceVersion=${version}`);
      server.note('it is that version', then.body['metadata']?.['resourceVersion'] === version);
    },
  },
  { ...requests('a list of a version that is to come times out', ['GET', `${widgetsPath}?resourceVersion=900000000&resourceVersionMatch=NotOlderThan`]), vague: [/current: \d+/g] },
  { ...requests('a list at an exact version that is to come', ['GET', `${configMapsPath}?resourceVersion=900000000&resourceVersionMatch=Exact`]), vague: [/current: \d+/g] },
  {
    title: 'one object can be read at a version',
    run: async (server) => {
      const version = (await server.request('POST', configMapsPath, { body: configMap('one') })).body['metadata']?.['resourceVersion'] ?? '';
      for (const asked of ['0', '1', version, `${version}&resourceVersionMatch=Exact`]) await server.request('GET', `${configMapsPath}/one?resourceVersion=${asked}`);
    },
    vague: [/current: \d+/g],
  },
  requests('one object cannot be read at what is no version', ['GET', `${configMapsPath}/one?resourceVersion=abc`], ['GET', `${configMapsPath}/one?resourceVersion=-1`]),
  requests('lists of nothing are lists', ['GET', configMapsPath], ['GET', widgetsPath], ['GET', `${gizmosPath}?labelSelector=none=of-these`], ['GET', configMapsPath, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }], ['GET', '/api/v1/namespaces/none-{u}/configmaps'], ['GET', '/apis/test.example.com/v1/namespaces/none-{u}/widgets?limit=2']),
  {
    title: 'a list across namespaces is ordered by namespace, then by name, and cut into pages',
    run: async (server) => {
      const second = `${server.unique}-a`;
      await server.quietly(async () => {
        await server.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: second } } });
        for (const namespace of [server.namespace, second]) for (const name of ['b', 'a']) await server.request('POST', `/apis/test.example.com/v1/namespaces/${namespace}/widgets`, { body: widget(name, { size: 'small' }, { labels: { case: server.unique } }) });
      });
      const path = `/apis/test.example.com/v1/widgets?labelSelector=case%3D${server.unique}`;
      await server.request('GET', path);
      const next = token((await server.request('GET', `${path}&limit=3`)).body);
      await server.request('GET', `${path}&limit=3&continue=${next}`);
      await server.kubectl(`get widgets -A -l case=${server.unique}`);
      await server.quietly(() => server.request('DELETE', `/api/v1/namespaces/${second}`));
    },
  },
  {
    title: 'lists and objects are given as YAML',
    run: async (server) => {
      await made(server, configMapsPath, (name) => configMap(name, { number: '1', yes: 'yes', text: 'two\nlines\n', empty: '', colon: 'a: b', quoted: '"it\'s"', tab: 'a\tb' }), ['one']);
      await server.request('GET', `${configMapsPath}?fieldSelector=metadata.name%3Done`, { headers: { accept: 'application/yaml' } });
      await server.request('GET', `${configMapsPath}/one`, { headers: { accept: 'application/yaml' } });
      await server.request('GET', `${configMapsPath}/none`, { headers: { accept: 'application/yaml' } });
    },
    vague: [/resourceVersion: "<version#\d+>"/g],
  },
  {
    title: 'a long text in YAML is folded',
    run: async (server) => {
      await made(server, configMapsPath, (name) => configMap(name, { long: 'word '.repeat(40) }), ['one']);
      await server.request('GET', `${configMapsPath}/one`, { headers: { accept: 'application/yaml' } });
    },
  },
  {
    title: 'a list that asks to be pretty, and one through gzip',
    run: async (server) => {
      await made(server, configMapsPath, (name) => configMap(name), ['one']);
      const { text } = await server.request('GET', `${configMapsPath}?pretty=true`);
      server.note('lines', text.split('\n').length);
      const { headers } = await server.quietly(() => server.request('GET', `${configMapsPath}/one`, { headers: { 'accept-encoding': 'gzip' } }));
      server.note('small answers are not packed', headers['content-encoding'] ?? 'plain');
    },
  },
  { ...kubectl('kubectl get --chunk-size reads all pages', 'create configmap a', 'create configmap b', 'create configmap c', 'get configmaps --chunk-size=2', 'get configmaps --chunk-size=2 -o name') },
  requests('what is not served in the form asked for is NotAcceptable', ...['text/html', 'application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'application/json;as=Table;v=v2;g=meta.k8s.io', 'application/json;as=Nonsense;v=v1;g=meta.k8s.io', 'application/json;as=Table;v=v1;g=other', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'application/xml, */*', 'application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'application/json;stream=watch', 'application/cbor', '*/*;as=Table;v=v1;g=meta.k8s.io']
    .map((accept) => ['GET', configMapsPath, { headers: { accept } }] as const)),
];
