// Watches with selectors, in other forms, over many writers, and when the kind itself goes.
import type { Body, Case, Server } from '../case.ts';
import { configMap, configMapsPath, fixtures, secretsPath, widget, widgetsPath } from '../fixtures.ts';

const after = (count: number) => (events: readonly Body[]): boolean => events.length >= count;
const patched = { headers: { 'content-type': 'application/merge-patch+json' } };
const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const metadata = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };

const labelled = (server: Server, path: string, name: string, value: string | null): Promise<unknown> => server.request('PATCH', `${path}/${name}`, { ...patched, body: { metadata: { labels: { app: value } } } });

/** What a change means to a watch that sees only what matches. */
const comesAndGoes = (kind: string, path: string, make: (name: string) => object): Case => ({
  title: `a ${kind} that begins to match is ADDED, one that ends to match is DELETED`,
  run: async (server) => {
    await server.request('POST', path, { body: make('one') });
    await server.watch(`${path}?watch=1&labelSelector=app%3Dx`, after(4), async () => {
      await labelled(server, path, 'one', 'x');
      await server.request('PATCH', `${path}/one`, { ...patched, body: { metadata: { annotations: { a: 'b' } } } });
      await labelled(server, path, 'one', 'y');
      await labelled(server, path, 'one', 'z');
      await labelled(server, path, 'one', 'x');
      await server.request('DELETE', `${path}/one`);
    });
  },
});

interface Scene {
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly count?: number;
  readonly custom?: boolean;
}

/** One object comes to have a label, then goes. */
const scene = (title: string, { query = '', headers, count = 3, custom = false }: Scene): Case => ({
  title,
  run: async (server) => {
    const path = custom ? widgetsPath : configMapsPath;
    await server.request('POST', path, { body: custom ? widget('one') : configMap('one') });
    await server.watch(`${path}?watch=1${query}`, after(count), async () => {
      await labelled(server, path, 'one', 'x');
      await server.request('DELETE', `${path}/one`);
    }, headers);
  },
});

const bookmarked = '&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';

export const watchSceneCases: readonly Case[] = [
  comesAndGoes('config map', configMapsPath, configMap),
  comesAndGoes('widget', widgetsPath, (name) => widget(name)),
  {
    title: 'a watch by a selectable field sees objects come and go',
    run: async (server) => {
      await server.request('POST', widgetsPath, { body: widget('one') });
      await server.watch(`${widgetsPath}?watch=1&fieldSelector=spec.size%3Dlarge`, after(2), async () => {
        for (const size of ['large', 'small']) await server.request('PATCH', `${widgetsPath}/one`, { ...patched, body: { spec: { size } } });
      });
    },
  },
  scene('a watch as tables sends the columns once', { headers: table }),
  scene('a watch of a custom kind as tables', { headers: table, custom: true }),
  scene('a watch as tables without objects', { query: '&includeObject=None', headers: table }),
  scene('a watch as tables with whole objects', { query: '&includeObject=Object', headers: table }),
  scene('a watch as tables marks the end of the initial events', { query: bookmarked, headers: table, count: 4 }),
  scene('a watch of metadata only', { headers: metadata, custom: true }),
  scene('a watch of metadata only marks the end of the initial events', { query: bookmarked, headers: metadata, count: 4 }),
  {
    title: 'a watch across namespaces sees them all',
    run: async (server) => {
      const second = `${server.unique}-second`;
      await server.quietly(() => server.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: second } } }));
      await server.watch(`/apis/test.example.com/v1/widgets?watch=1&labelSelector=case%3D${server.unique}`, after(3), async () => {
        for (const namespace of [server.namespace, second]) await server.request('POST', `/apis/test.example.com/v1/namespaces/${namespace}/widgets`, { body: widget('one', { size: 'small' }, { labels: { case: server.unique } }) });
        await server.request('DELETE', `${widgetsPath}/one`);
      });
      await server.quietly(() => server.request('DELETE', `/api/v1/namespaces/${second}`));
    },
  },
  {
    title: 'under several writers each watch sees each object go through the same states, however late it joined',
    run: async (server) => {
      const path = `${configMapsPath}?watch=1&resourceVersion=`;
      const begin = (await server.quietly(() => server.request('GET', configMapsPath))).body['metadata']?.['resourceVersion'] ?? '';
      const story = (events: readonly Body[]): unknown => {
        const made: Record<string, string[]> = {};
        for (const event of events) (made[event['object']?.['metadata']?.['name'] ?? '?'] ??= []).push(`${event['type']} ${event['object']?.['data']?.['n'] ?? ''}`);
        return Object.fromEntries(Object.entries(made).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      };
      const writers = async (): Promise<unknown> => Promise.all(['a', 'b', 'c'].map(async (name) => {
        await server.request('POST', configMapsPath, { body: configMap(name, { n: '0' }) });
        for (let n = 1; n < 12; n++) await server.request('PATCH', `${configMapsPath}/${name}`, { ...patched, body: { data: { n: String(n) } } });
        await server.request('DELETE', `${configMapsPath}/${name}`);
      }));
      const late = async (): Promise<readonly Body[]> => {
        await new Promise((resolve) => setTimeout(resolve, 40));
        return server.watch(path + begin, after(39));
      };
      const [first, second] = await server.quietly(() => Promise.all([server.watch(path + begin, after(39), writers), late()]));
      server.note('seen from the start', story(first));
      server.note('seen by who joined later', story(second));
      server.note('versions only grow', first.every((event, index) => index === 0 || Number(event['object']?.['metadata']?.['resourceVersion']) > Number(first[index - 1]?.['object']?.['metadata']?.['resourceVersion'])));
    },
  },
  {
    title: 'the watches of a kind end when its definition is deleted, after its objects were told deleted',
    run: async (server) => {
      const [, gizmos] = fixtures;
      const group = `${server.unique}.example.com`;
      const definition = { ...gizmos, metadata: { name: `gizmos.${group}` }, spec: { ...(gizmos?.['spec'] as object), group } };
      const path = `/apis/${group}/v1/gizmos`;
      await server.quietly(async () => {
        await server.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: definition });
        await server.until('GET', path, ({ status }) => status === 200);
      });
      await server.request('POST', path, { body: { apiVersion: `${group}/v1`, kind: 'Gizmo', metadata: { name: 'one' }, spec: { note: 'x' } } });
      await server.watch(`${path}?watch=1`, () => false, () => server.quietly(() => server.request('DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gizmos.${group}`)));
      await server.until('GET', path, ({ status }) => status === 404);
    },
  },
  {
    title: 'a secret that is replaced is one MODIFIED with the new data',
    run: async (server) => {
      const secret = (value: string): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: value } });
      await server.request('POST', secretsPath, { body: secret('1') });
      await server.watch(`${secretsPath}?watch=1`, after(2), () => server.request('PUT', `${secretsPath}/s`, { body: secret('2') }));
    },
  },
  {
    title: 'finalizers make a deletion a MODIFIED first, and DELETED when the last one goes',
    run: async (server) => {
      await server.request('POST', widgetsPath, { body: widget('one', { size: 'small' }, { finalizers: ['example.com/wait'] }) });
      await server.watch(`${widgetsPath}?watch=1`, after(3), async () => {
        await server.request('DELETE', `${widgetsPath}/one`);
        await server.request('PATCH', `${widgetsPath}/one`, { ...patched, body: { metadata: { finalizers: null } } });
      });
    },
  },
];
