// The end of a custom kind: its objects first, and what its conditions say meanwhile.
import { requests, type Ask, type Case } from '../case.ts';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const merge = (body: object): Ask => ({ body, headers: { 'content-type': 'application/merge-patch+json' } });
const definition = (plural: string, more: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.{u}.example.com` },
  spec: {
    group: '{u}.example.com', scope: 'Namespaced', names: { plural, singular: plural.slice(0, -1), kind: 'Thing', listKind: 'ThingList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }], ...more,
  },
});
const things = '/apis/{u}.example.com/v1/namespaces/{ns}/things';
const thing = (name: string, metadata: object = {}): object => ({ apiVersion: '{u}.example.com/v1', kind: 'Thing', metadata: { name, ...metadata } });
const words = (body: { readonly [key: string]: unknown }): unknown => ((body['status'] as { conditions?: readonly { type: string; status: string; reason: string; message: string }[] } | undefined)?.conditions ?? []).map(({ type, status, reason, message }) => ({ type, status, reason, message })).toSorted((a, b) => (a.type < b.type ? -1 : 1));

export const definitionEndCases: readonly Case[] = [
  {
    title: 'a definition that is deleted takes its objects along',
    run: async ({ request, quietly, until }) => {
      await quietly(() => request('POST', path, { body: definition('things') }));
      await quietly(() => until('POST', things, ({ status }) => status === 201, { body: thing('one') }));
      await request('DELETE', `${path}/things.{u}.example.com`, { keep: ({ kind, metadata }) => ({ kind, finalizers: metadata?.['finalizers'], isMarked: metadata?.['deletionTimestamp'] !== undefined }) });
      await until('GET', `${path}/things.{u}.example.com`, ({ status }) => status === 404);
    },
  },
  {
    title: 'a definition whose object is held back waits, takes nothing new, and goes when it is let go',
    run: async ({ request, quietly, until }) => {
      await quietly(() => request('POST', path, { body: definition('things') }));
      await quietly(() => until('POST', things, ({ status }) => status === 201, { body: thing('one', { finalizers: ['example.com/a'] }) }));
      await quietly(() => request('DELETE', `${path}/things.{u}.example.com`));
      await until('GET', `${things}/one`, ({ body }) => body['metadata']?.['deletionTimestamp'] !== undefined, { keep: ({ metadata }) => metadata?.['finalizers'] });
      await until('GET', `${path}/things.{u}.example.com`, ({ body }) => JSON.stringify(words(body)).includes('Terminating'), { keep: words });
      await until('POST', things, ({ status }) => status !== 201 && status !== 409, { body: thing('two') });
      await request('PATCH', `${things}/one`, { ...merge({ metadata: { finalizers: null } }), keep: ({ kind }) => kind });
      await until('GET', `${path}/things.{u}.example.com`, ({ status }) => status === 404);
    },
  },
  requests('a definition is deleted with a Status or as it is marked', ['POST', path, { body: definition('things'), keep: ({ kind, metadata }) => ({ kind, generation: metadata?.['generation'] }) }], ['DELETE', `${path}/things.{u}.example.com?dryRun=All`, { keep: ({ kind }) => kind }], ['DELETE', `${path}/none.{u}.example.com`], ['DELETE', `${path}/things.{u}.example.com`, { keep: ({ kind }) => kind }]),
];
