// Owners: what goes with whom, in which order, and what stays.
import { requests, type Ask, type Body, type Case, type Server } from '../case.ts';
import { configMap, configMapsPath, secretsPath, widget, widgetsPath } from '../fixtures.ts';

const merge = (body: object): Ask => ({ body, headers: { 'content-type': 'application/merge-patch+json' } });
const nowhere = '11111111-2222-4333-8444-555555555555';

interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: unknown;
}
const ownerOf = ({ apiVersion, kind, metadata }: Body, more: object = {}): Owner => ({ apiVersion: String(apiVersion), kind: String(kind), name: String(metadata?.['name']), uid: metadata?.['uid'], ...more });
const secret = (name: string, ownerReferences: readonly object[], more: object = {}): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, ownerReferences, ...more } });

const quietMap = ({ quietly, request }: Server, name: string, metadata: object = {}): Promise<Body> => quietly(() => request('POST', configMapsPath, { body: configMap(name, { a: '1' }, metadata) })).then(({ body }) => body);
/** The collector of a real cluster learns of a new object a moment later: what is deleted before that is deleted without it. */
const untilKnown = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 700));
const quietSecret = ({ quietly, request }: Server, name: string, owners: readonly object[], more: object = {}): Promise<unknown> => quietly(() => request('POST', secretsPath, { body: secret(name, owners, more) })).then(untilKnown);
const gone = ({ until }: Server, path: string): Promise<unknown> => until('GET', path, ({ status }) => status === 404);
const shape = ({ kind, metadata }: Body): unknown => ({ kind, finalizers: metadata?.['finalizers'], isMarked: metadata?.['deletionTimestamp'] !== undefined, owners: metadata?.['ownerReferences'] });

export const ownerCases: readonly Case[] = [
  {
    title: 'what belongs to an object goes after it',
    run: async (server) => {
      const owner = await quietMap(server, 'owner');
      await quietSecret(server, 'mine', [ownerOf(owner)]);
      await server.request('DELETE', `${configMapsPath}/owner`);
      await gone(server, `${secretsPath}/mine`);
    },
  },
  {
    title: 'a foreground deletion waits for what blocks it',
    run: async (server) => {
      const owner = await quietMap(server, 'owner');
      await quietSecret(server, 'mine', [ownerOf(owner, { blockOwnerDeletion: true })], { finalizers: ['example.com/a'] });
      await server.request('DELETE', `${configMapsPath}/owner?propagationPolicy=Foreground`, { keep: shape });
      // Whether what blocks is deleted in the foreground too depends on when the collector looks at it: it is not compared.
      await server.until('GET', `${secretsPath}/mine`, ({ body }) => body['metadata']?.['deletionTimestamp'] !== undefined, { keep: ({ metadata }) => metadata?.['deletionTimestamp'] !== undefined });
      await server.request('GET', `${configMapsPath}/owner`, { keep: shape });
      await server.quietly(() => server.request('PATCH', `${secretsPath}/mine`, merge({ metadata: { finalizers: null } })));
      await gone(server, `${secretsPath}/mine`);
      await gone(server, `${configMapsPath}/owner`);
    },
  },
  {
    title: 'a foreground deletion does not wait for what does not block it',
    run: async (server) => {
      const owner = await quietMap(server, 'owner');
      await quietSecret(server, 'mine', [ownerOf(owner)], { finalizers: ['example.com/a'] });
      await server.request('DELETE', `${configMapsPath}/owner`, { body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' }, keep: shape });
      await gone(server, `${configMapsPath}/owner`);
      await server.until('GET', `${secretsPath}/mine`, ({ body }) => body['metadata']?.['deletionTimestamp'] !== undefined, { keep: ({ metadata }) => metadata?.['deletionTimestamp'] !== undefined });
      await server.quietly(() => server.request('PATCH', `${secretsPath}/mine`, merge({ metadata: { finalizers: null } })));
      await server.quietly(() => gone(server, `${secretsPath}/mine`));
    },
  },
  {
    title: 'orphans stay, and forget their owner',
    run: async (server) => {
      const owner = await quietMap(server, 'owner');
      await quietSecret(server, 'mine', [ownerOf(owner)]);
      await server.request('DELETE', `${configMapsPath}/owner?propagationPolicy=Orphan`, { keep: shape });
      await gone(server, `${configMapsPath}/owner`);
      await server.request('GET', `${secretsPath}/mine`, { keep: shape });
      await server.quietly(() => server.request('DELETE', `${secretsPath}/mine`));
    },
  },
  {
    title: 'orphanDependents is the old word for it',
    run: async (server) => {
      const owner = await quietMap(server, 'owner');
      await quietSecret(server, 'mine', [ownerOf(owner)]);
      await server.request('DELETE', `${configMapsPath}/owner`, { body: { kind: 'DeleteOptions', apiVersion: 'v1', orphanDependents: true }, keep: shape });
      await gone(server, `${configMapsPath}/owner`);
      await server.request('GET', `${secretsPath}/mine`, { keep: shape });
      await server.quietly(() => server.request('DELETE', `${secretsPath}/mine`));
    },
  },
  {
    title: 'an object with two owners stays with the second, and forgets the first',
    run: async (server) => {
      const [first, second] = [await quietMap(server, 'first'), await quietMap(server, 'second')];
      await quietSecret(server, 'mine', [ownerOf(first), ownerOf(second)]);
      await server.request('DELETE', `${configMapsPath}/first`);
      await server.until('GET', `${secretsPath}/mine`, ({ body }) => body['metadata']?.['ownerReferences']?.length === 1, { keep: shape });
      await server.request('DELETE', `${configMapsPath}/second`);
      await gone(server, `${secretsPath}/mine`);
    },
  },
  {
    title: 'an object whose owner was never there goes',
    run: async (server) => {
      await quietSecret(server, 'mine', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: nowhere }]);
      await gone(server, `${secretsPath}/mine`);
    },
  },
  {
    title: 'an owner with another uid is another owner',
    run: async (server) => {
      const owner = await quietMap(server, 'owner');
      await quietSecret(server, 'mine', [ownerOf(owner, { uid: nowhere })]);
      await gone(server, `${secretsPath}/mine`);
      await server.request('GET', `${configMapsPath}/owner`, { keep: shape });
    },
  },
  {
    title: 'an owner in another namespace is none',
    run: async (server) => {
      const { body } = await server.quietly(() => server.request('GET', '/api/v1/namespaces/default/serviceaccounts/default'));
      await quietSecret(server, 'mine', [{ ...ownerOf(body), apiVersion: 'v1', kind: 'ServiceAccount', name: 'default' }]);
      await gone(server, `${secretsPath}/mine`);
    },
  },
  {
    title: 'an object of a namespace may belong to one of the whole cluster',
    run: async (server) => {
      const path = '/api/v1/namespaces';
      const { body } = await server.quietly(() => server.request('POST', path, { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'owner-{u}' } } }));
      await quietSecret(server, 'mine', [ownerOf(body)]);
      await server.quietly(() => server.request('DELETE', `${path}/owner-{u}`));
      await gone(server, `${secretsPath}/mine`);
    },
  },
  {
    title: 'custom objects own, and are owned, down several steps',
    run: async (server) => {
      const { body: top } = await server.quietly(() => server.request('POST', widgetsPath, { body: widget('top') }));
      const { body: middle } = await server.quietly(() => server.request('POST', widgetsPath, { body: widget('middle', { size: 'small' }, { ownerReferences: [ownerOf(top, { blockOwnerDeletion: true, controller: true })] }) }));
      await quietSecret(server, 'bottom', [ownerOf(middle, { blockOwnerDeletion: true })]);
      await server.request('DELETE', `${widgetsPath}/top?propagationPolicy=Foreground`, { keep: shape });
      // It looks for new kinds every thirty seconds.
      for (let tries = 0; tries < 2; tries++) await server.quietly(() => gone(server, `${widgetsPath}/top`));
      await gone(server, `${secretsPath}/bottom`);
      await gone(server, `${widgetsPath}/middle`);
      await gone(server, `${widgetsPath}/top`);
    },
  },
  requests('the policy of a second deletion counts', ['POST', configMapsPath, { body: configMap('one', {}, { finalizers: ['example.com/a'] }) }], ['DELETE', `${configMapsPath}/one?propagationPolicy=Foreground`, { keep: ({ metadata }) => metadata?.['finalizers']?.includes('foregroundDeletion' as never) }], ['DELETE', `${configMapsPath}/one?propagationPolicy=Background`, { keep: ({ metadata }) => metadata?.['finalizers'] }], ['PATCH', `${configMapsPath}/one`, merge({ metadata: { finalizers: null } })]),
];
