// Whatever stands in a path, a query or a header: never a crash, never a fault that nobody foresaw, never a wait without end.
import test from 'ava';
import fc from 'fast-check';
import { word } from './values.ts';
import { victim } from './target.ts';

const segment = fc.oneof({ arbitrary: fc.constantFrom('api', 'apis', 'v1', 'namespaces', 'default', 'configmaps', 'secrets', 'widgets', 'test.example.com', 'v1beta1', 'status', 'scale', 'proxy', 'watch', 'openapi', 'v2', 'v3', '.', '..', '%2e', 'https:clrk-operator:https', 'apiextensions.k8s.io', 'customresourcedefinitions', 'readyz', ''), weight: 5 }, word.map((one) => encodeURIComponent(one.toWellFormed())));
const selector = fc.array(fc.constantFrom('a', 'b.c/d', '=', '==', '!=', ' in ', ' notin ', '(', ')', ',', '!', '>', '<', '1', '"', '\\', 'metadata.name', 'x'.repeat(70), ' '), { maxLength: 12 }).map((parts) => parts.join(''));
const token = fc.oneof(word, fc.record({ v: fc.constantFrom('meta.k8s.io/v1', 'x'), rv: fc.oneof(fc.integer(), word), start: word }).map((one) => Buffer.from(JSON.stringify(one)).toString('base64url')), fc.base64String({ maxLength: 40 }));
const version = fc.oneof(fc.constantFrom('', '0', '1', '-1', '01', '9', '1e3', '99999999999999999999', 'x'), word);

const query = fc.dictionary(fc.constantFrom('labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'allowWatchBookmarks', 'pretty', 'includeObject', 'timeoutSeconds', 'fieldManager', 'dryRun', 'hash', 'exact', 'export', 'propagationPolicy'), fc.oneof(word, version, fc.constantFrom('Exact', 'NotOlderThan', 'true', 'false', 'All', '2')), { maxKeys: 4 });
const written = (pairs: Readonly<Record<string, string>>): string => new URLSearchParams(Object.fromEntries(Object.entries(pairs).map(([name, value]) => [name, value.toWellFormed()]))).toString();
/** A version that is still to come is waited for, as on a real server, three seconds each: enough of it in the examples. */
const inTime = (pairs: Readonly<Record<string, string>>): boolean => !/^\d{2,}/.test(pairs['resourceVersion'] ?? '') && !/^[2-9]/.test(pairs['resourceVersion'] ?? '');

test('a path of any words with any query is answered', async (t) => {
  t.timeout(180_000);
  const { ask, survives } = await victim(t);
  const question = fc.record({ method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'), path: fc.array(segment, { maxLength: 8 }), query: query.filter(inTime) });
  await survives(question, { runs: 2000, examples: [{ method: 'GET', path: ['api', 'v1', 'configmaps'], query: { resourceVersion: '99999' } }] }, async ({ method, path, query: pairs }) => {
    // What ends a namespace that others here need is no question about odd words.
    if (method === 'DELETE' && path.length < 7) return;
    await ask({ method, path: `/${path.join('/')}?${written(pairs)}` });
  });
});

test('selectors, tokens and versions of any kind are answered, in lists and watches', async (t) => {
  t.timeout(180_000);
  const { ask, survives } = await victim(t);
  for (let number = 0; number < 5; number++) await ask({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body: JSON.stringify({ metadata: { name: `m${number}`, labels: { a: `${number}` } } }) });
  const question = fc.record({ plural: fc.constantFrom('configmaps', 'secrets', 'events', 'namespaces'), labels: selector, fields: selector, limit: fc.constantFrom('', '1', '-1', '2', 'x'), token, watching: fc.boolean(), resourceVersion: version.filter((one) => inTime({ resourceVersion: one })) }, { requiredKeys: ['plural'] });
  await survives(question, { runs: 2000 }, ({ plural, labels, fields, limit, token: given, watching, resourceVersion }) => {
    const pairs = Object.entries({ labelSelector: labels, fieldSelector: fields, limit, continue: given, resourceVersion, ...(watching && { watch: 'true', timeoutSeconds: '1' }) }).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return ask({ method: 'GET', path: `/api/v1/${plural}?${written(Object.fromEntries(pairs))}` });
  });
});

test('headers of any kind are answered', async (t) => {
  t.timeout(180_000);
  const { ask, survives } = await victim(t);
  const type = fc.array(fc.constantFrom('application/json', 'application/yaml', '*/*', 'text/*', ';as=Table', ';v=v1', ';g=meta.k8s.io', ';as=PartialObjectMetadataList', ';q=0', ';q=x', ',', ' ', 'application/vnd.kubernetes.protobuf', ';stream=watch', '"', '\\'), { maxLength: 8 }).map((parts) => parts.join(''));
  const odd = fc.string({ unit: fc.constantFrom('a', '1', ' ', ';', ',', '=', '"', '%', 'é', '/'), maxLength: 30 });
  const question = fc.record({ accept: type, 'accept-encoding': odd, 'user-agent': odd, 'if-none-match': odd, 'impersonate-user': odd, authorization: odd, range: odd, expect: fc.constantFrom('100-continue', 'x') }, { requiredKeys: [] });
  const paths = fc.constantFrom('/api/v1/namespaces/default/configmaps', '/apis', '/openapi/v2', '/apis/test.example.com/v1/widgets', '/version');
  await survives(fc.record({ path: paths, headers: question }), { runs: 1200 }, ({ path, headers }) => ask({ method: 'GET', path, headers }));
});
