// What a body may be: JSON and YAML, whole and broken, of the right kind and of others.
import { gzipSync } from 'node:zlib';
import { requests, type Ask, type Case } from '../case.ts';
import { configMap, configMapsPath, widget, widgetsPath } from '../fixtures.ts';

const post = (body: Ask['body'], type = 'application/json', path = configMapsPath, more: Readonly<Record<string, string>> = {}): readonly ['POST', string, Ask] =>
  ['POST', path, { body, headers: { 'content-type': type, ...more } }];
const map = (rest: string): string => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}${rest}}`;
const thing = (rest: string): string => `{"apiVersion":"test.example.com/v1","kind":"Widget","metadata":{"name":"one"},"spec":{"size":"small"${rest}}}`;

/** The same to a compiled-in kind and to a custom one. */
const both = (body: Ask['body'], type = 'application/json'): readonly (readonly ['POST', string, Ask])[] => [post(body, type), post(body, type, widgetsPath)];

export const bodyCases: readonly Case[] = [
  requests('a body of an unknown content type is 415 and the types are named', ...both('a=b', 'application/x-www-form-urlencoded'), post('x', 'text/plain'), post('<a/>', 'application/xml'), post(configMap('one'), 'application/json5')),
  requests('a content type that is no media type is 415', post(configMap('one'), 'json'), post(configMap('one'), ';;'), post(configMap('one'), 'a/b/c'), post(configMap('one'), 'application/json; charset')),
  requests('a content type may have parameters', post(configMap('one'), 'application/json; charset=utf-8'), post(configMap('two'), 'APPLICATION/JSON')),
  requests('a body without a content type is read as JSON', post(configMap('one'), ''), post(widget('one'), '', widgetsPath)),
  requests('a patch of an unknown content type is 415 and the patch types are named', post(configMap('one')), post(widget('one'), 'application/json', widgetsPath),
    ['PATCH', `${configMapsPath}/one`, { body: {} }], ['PATCH', `${widgetsPath}/one`, { body: {} }], ['PATCH', `${widgetsPath}/one`, { body: {}, headers: { 'content-type': 'application/strategic-merge-patch+json' } }]),
  requests('YAML is taken', post('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata: {a: "1"}\n', 'application/yaml'), post('apiVersion: test.example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec: {size: small, replicas: 3}\n', 'application/yaml', widgetsPath)),
  requests('YAML that is broken is refused', ...both('a: [', 'application/yaml'), ...both('a: b: c', 'application/yaml')),
  requests('JSON sent as YAML is taken', post(configMap('one'), 'application/yaml'), post(widget('one'), 'application/yaml', widgetsPath)),
  requests('YAML sent as JSON is refused', ...both('apiVersion: v1\nkind: ConfigMap\n')),
  requests('an empty body is refused', ...both(''), ...both('', 'application/yaml')),
  requests('white space alone is refused', ...both('  \n ')),
  requests('truncated JSON is refused', ...both('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"on'), ...both('{"apiVersion":"v1"'), ...both('{')),
  requests('text that is not JSON is refused', ...both('hello'), ...both('{"a":tru}'), ...both('{a:1}'), ...both("{'a':1}")),
  requests('JSON with something behind it is refused', post(`${map('')}x`), post(`${map('')}{}`), post(`${thing('')}x`, 'application/json', widgetsPath)),
  requests('a list, a text, a number or null in the place of the object is refused', ...both('[]'), ...both('"a"'), ...both('1'), ...both('null'), ...both('true')),
  requests('an object without kind and version is taken for what the path names where Kubernetes does so', ...both('{}'), post('{"metadata":{"name":"one"}}'), post('{"metadata":{"name":"one"},"spec":{"size":"small"}}', 'application/json', widgetsPath)),
  requests('an object of another kind or version is refused', post(widget('one')), post({ ...configMap('one'), kind: 'Secret' }), post({ ...configMap('one', {}), kind: 'Secret' }), post({ ...configMap('one'), apiVersion: 'v2' }), post({ ...configMap('one'), kind: 'Nothing' }), post({ ...configMap('one'), apiVersion: 'a/b/c' }),
    post(configMap('one'), 'application/json', widgetsPath), post({ ...widget('one'), kind: 'Gizmo' }, 'application/json', widgetsPath), post({ ...widget('one'), apiVersion: 'test.example.com/v1beta1' }, 'application/json', widgetsPath), post({ ...widget('one'), apiVersion: 'other.example.com/v1' }, 'application/json', widgetsPath)),
  requests('a kind or version that is no text is refused', ...both('{"apiVersion":1,"kind":"ConfigMap"}'), ...both('{"apiVersion":"v1","kind":{}}')),
  requests('only one of kind and version is not enough for a custom kind', post({ kind: 'Widget', metadata: { name: 'one' }, spec: { size: 'small' } }, 'application/json', widgetsPath), post({ apiVersion: 'test.example.com/v1', metadata: { name: 'one' }, spec: { size: 'small' } }, 'application/json', widgetsPath), post({ kind: 'ConfigMap', metadata: { name: 'one' } }), post({ apiVersion: 'v1', metadata: { name: 'two' } })),
  requests('a field of a wrong type in a compiled-in kind is named in the refusal', post(map(',"data":{"a":1}')), post(map(',"data":[]')), post(map(',"data":"x"')), post(map(',"immutable":"yes"')), post('{"apiVersion":"v1","kind":"ConfigMap","metadata":[]}'), post('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":1}}')),
  requests('metadata of a wrong type in a custom kind is named in the refusal', ...['[]', '"a"', '{"name":1}', '{"name":"one","labels":{"a":1}}', '{"name":"one","labels":[]}', '{"name":"one","finalizers":"x"}', '{"name":"one","creationTimestamp":"soon"}', '{"name":"one","ownerReferences":[{"uid":1}]}', '{"name":"one","generation":"1"}']
    .map((metadata) => post(`{"apiVersion":"test.example.com/v1","kind":"Widget","metadata":${metadata},"spec":{"size":"small"}}`, 'application/json', widgetsPath))),
  requests('null in the place of a field counts as absent', post(map(',"data":null,"immutable":null')), post('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two","labels":null,"annotations":null,"finalizers":null,"ownerReferences":null,"creationTimestamp":null}}'), post(thing(',"replicas":null,"none":null,"notNone":null'), 'application/json', widgetsPath)),
  requests('null values of a map of texts become empty texts in a compiled-in kind', post(map(',"data":{"a":null,"b":"1"}'))),
  requests('unicode goes through untouched', post(map(',"data":{"a":"grüße, 世界 🎉 \\u00e9 \\ud83c\\udf89 \\u2028 <>&"}')), ['GET', `${configMapsPath}/one`], post(thing(',"free":{"ключ":"značka 🎉"}'), 'application/json', widgetsPath)),
  requests('bytes that are no UTF-8 become replacement characters', post(Buffer.from(map(',"data":{"a":"\xff\xfe"}'), 'latin1')), post(Buffer.from(thing(',"free":{"a":"\xff"}'), 'latin1'), 'application/json', widgetsPath), post(map(',"data":{"b":"\\ud800"}').replace('one', 'two'))),
  requests('whole and broken numbers are told apart', ...['1.5', '-0', '1e400', '"3"', 'true'].map((number, index) => post(thing(`,"replicas":${number}`).replace('"one"', `"n${index}"`), 'application/json', widgetsPath))),
  requests('a whole number written as a fraction is one for a scale path too', ...['1.0', '1e2'].map((number, index) => post(thing(`,"replicas":${number}`).replace('"one"', `"n${index}"`), 'application/json', widgetsPath))),
  requests('a whole number above 2^53 is kept to the digit', post(thing(',"free":{"a":9007199254740993}'), 'application/json', widgetsPath)),
  requests('a number of a free field keeps its value', post(thing(',"free":{"a":1.0,"b":1e2,"c":1.5,"e":-0,"f":1e21,"g":0.000001,"h":1e-7}'), 'application/json', widgetsPath)),
  requests('a number that is too large for the field of a compiled-in kind is refused', post('{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"one"},"spec":{"leaseDurationSeconds":99999999999}}', 'application/json', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases'), post('{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"one"},"spec":{"leaseDurationSeconds":1.5}}', 'application/json', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases')),
  requests('a body of more than 3 MiB is 413', ...both(map(`,"data":{"a":"${'x'.repeat(3_200_000)}"}`))),
  requests('a gzip body is read or refused as the real server does', ['POST', configMapsPath, { body: gzipSync(JSON.stringify(configMap('one'))), headers: { 'content-encoding': 'gzip' } }]),
  requests('a chunked body is taken', post(configMap('one'), 'application/json', configMapsPath, { 'transfer-encoding': 'chunked' })),
  requests('a client that waits for 100 Continue gets it', post(configMap('one'), 'application/json', configMapsPath, { expect: '100-continue' })),
];
