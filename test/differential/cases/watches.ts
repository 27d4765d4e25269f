// Watches: where they begin, what each change becomes, and how they end.
import { requests, type Body, type Case, type Server } from '../case.ts';
import { configMap, configMapsPath, gizmo, gizmosPath, widget, widgetsPath } from '../fixtures.ts';

const after = (count: number) => (events: readonly Body[]): boolean => events.length >= count;
const patched = { headers: { 'content-type': 'application/merge-patch+json' } };

/** The version of the collection now. */
const versionOf = async ({ request, quietly }: Server, path: string): Promise<string> => (await quietly(() => request('GET', path))).body['metadata']?.['resourceVersion'] ?? '';

/** A case of a watch over two objects that are there already. */
const overTwo = (title: string, path: string, query: string, events: number, meanwhile?: (server: Server) => Promise<unknown>): Case => ({
  title,
  run: async (server) => {
    const make = path === configMapsPath ? configMap : (name: string) => widget(name);
    await server.quietly(async () => {
      await server.request('POST', path, { body: make('b') });
      await server.request('POST', path, { body: make('a') });
    });
    await server.watch(`${path}?watch=true${query}`, after(events), meanwhile && (() => server.quietly(() => meanwhile(server))));
  },
});

const deleteOne = (path: string) => ({ request }: Server): Promise<unknown> => request('DELETE', `${path}/a`);

export const watchCases: readonly Case[] = [
  ...([['a core kind', configMapsPath, configMap], ['a custom kind', widgetsPath, (name: string) => widget(name)]] as const).map(([kind, path, make]): Case => ({
    title: `a watch of ${kind} from the version of a list tells every change once`,
    run: async (server) => {
      await server.request('POST', path, { body: make('before') });
      const version = await versionOf(server, path);
      await server.watch(`${path}?watch=1&resourceVersion=${version}`, after(5), async () => {
        await server.request('POST', path, { body: make('one') });
        await server.request('PATCH', `${path}/one`, { ...patched, body: { metadata: { labels: { a: 'b' } } } });
        await server.request('PATCH', `${path}/one`, { ...patched, body: { metadata: { labels: { a: 'b' } } } });
        await server.request('DELETE', `${path}/one`);
        await server.request('POST', path, { body: make('one') });
        await server.request('DELETE', `${path}/before`);
      });
    },
  })),
  overTwo('a watch from version 0 begins with what is there, in the order of names', configMapsPath, '&resourceVersion=0', 3, deleteOne(configMapsPath)),
  overTwo('a watch without a version begins with what is there', widgetsPath, '', 3, deleteOne(widgetsPath)),
  overTwo('a watch with an empty version begins with what is there', configMapsPath, '&resourceVersion=', 3, deleteOne(configMapsPath)),
  overTwo('initial events end with a bookmark that says so', configMapsPath, '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true', 4, deleteOne(configMapsPath)),
  overTwo('initial events of a custom kind end with a bookmark that says so', widgetsPath, '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=0', 4, deleteOne(widgetsPath)),
  overTwo('initial events with an empty version and no bookmarks', configMapsPath, '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=&timeoutSeconds=2', 9),
  overTwo('a watch that wants no initial events tells only what comes', configMapsPath, '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan', 1, deleteOne(configMapsPath)),
  overTwo('a watch that wants no initial events from version 0', configMapsPath, '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0&allowWatchBookmarks=true', 1, deleteOne(configMapsPath)),
  {
    title: 'initial events can be asked for at the version of a list',
    run: async (server) => {
      await server.request('POST', widgetsPath, { body: widget('one') });
      const version = await versionOf(server, widgetsPath);
      await server.watch(`${widgetsPath}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=${version}`, after(2));
    },
  },
  requests('wrong combinations of initial events, version and match are refused by field',
    ...['sendInitialEvents=true', 'sendInitialEvents=false', 'sendInitialEvents=true&resourceVersionMatch=Exact', 'sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=1', 'resourceVersionMatch=NotOlderThan', 'resourceVersionMatch=Exact&resourceVersion=1',
      'resourceVersionMatch=nonsense', 'resourceVersionMatch=NotOlderThan&resourceVersion=1', 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=x', 'sendInitialEvents=maybe', 'timeoutSeconds=soon', 'limit=few',
    ].map((query) => ['GET', `${configMapsPath}?watch=1&timeoutSeconds=1&${query}`] as const)),
  requests('initial events are for watches only', ['GET', `${configMapsPath}?sendInitialEvents=true`], ['GET', `${configMapsPath}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`], ['GET', `${widgetsPath}?sendInitialEvents=false&resourceVersionMatch=NotOlderThan`]),
  requests('a watch from a version that is no number is refused', ...['abc', '-1', '1.5', '01x', '99999999999999999999999'].map((version) => ['GET', `${configMapsPath}?watch=1&timeoutSeconds=1&resourceVersion=${version}`] as const)),
  { ...requests('initial events of a version that is to come time out', ['GET', `${configMapsPath}?watch=1&timeoutSeconds=5&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=900000000`]), vague: [/current: \d+/g] },
  { ...requests('a plain watch of a version that is to come', ['GET', `${configMapsPath}?watch=1&timeoutSeconds=1&resourceVersion=900000000`]), vague: [/current: \d+/g] },
  {
    title: 'one object can be watched by its name as a field; its own path is read, not watched',
    run: async (server) => {
      for (const name of ['a', 'b']) await server.request('POST', configMapsPath, { body: configMap(name) });
      await server.request('GET', `${configMapsPath}/a?watch=true`);
      await server.watch(`${configMapsPath}?watch=true&fieldSelector=metadata.name=a`, after(2), async () => {
        await server.request('PATCH', `${configMapsPath}/b`, { ...patched, body: { data: { x: '1' } } });
        await server.request('PATCH', `${configMapsPath}/a`, { ...patched, body: { data: { x: '1' } } });
      });
    },
  },
  requests('an object that is not there can be watched', ['GET', `${configMapsPath}/none?watch=true&timeoutSeconds=1`], ['GET', `${gizmosPath}/none{u}?watch=true&timeoutSeconds=1`], ['GET', `${configMapsPath}/none?watch=true&timeoutSeconds=1&fieldSelector=metadata.name=other`]),
  requests('a watch ends after timeoutSeconds', ['GET', `${configMapsPath}?watch=true&timeoutSeconds=1&resourceVersion=0`], ['GET', `${configMapsPath}?watch=true&timeoutSeconds=1`]),
  requests('the old watch paths are served for core kinds', ['GET', '/api/v1/watch/namespaces/{ns}/configmaps?timeoutSeconds=1'], ['GET', '/api/v1/watch/namespaces/{ns}?timeoutSeconds=1', { keep: (body) => body['status'] ?? 'a stream' }], ['GET', '/apis/test.example.com/v1/watch/namespaces/{ns}/widgets?timeoutSeconds=1'], ['GET', '/api/v1/watch/namespaces/{ns}/configmaps/none?timeoutSeconds=1']),
  requests('watch takes the words of a boolean', ...['watch=0', 'watch=false', 'watch=no', 'watch=', 'watch=T', 'watch=True', 'watch'].map((query) => ['GET', `${configMapsPath}?timeoutSeconds=1&${query}`] as const)),
  requests('a kind that is not there cannot be watched', ['GET', '/apis/test.example.com/v1/namespaces/{ns}/nothings?watch=1'], ['GET', '/api/v1/namespaces/{ns}/nothings?watch=1'], ['GET', '/apis/nothing.example.com/v1/nothings?watch=1']),
  {
    title: 'a cluster-wide kind is watched by label',
    run: async (server) => {
      await server.watch(`${gizmosPath}?watch=1&labelSelector=case=${server.unique}`, after(2), () => server.quietly(async () => {
        await server.request('POST', gizmosPath, { body: gizmo(`g-${server.unique}`, { note: 'x' }, { labels: { case: server.unique } }) });
        await server.request('POST', gizmosPath, { body: gizmo(`h-${server.unique}`, { note: 'x' }) });
        await server.request('DELETE', `${gizmosPath}/g-${server.unique}`);
        await server.request('DELETE', `${gizmosPath}/h-${server.unique}`);
      }));
    },
  },
];
