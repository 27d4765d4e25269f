// Fields that a kind does not have, twice the same field, and what happens to what is left out or null.
import { requests, type Ask, type Case } from '../case.ts';
import { configMapsPath, gizmosPath, widgetsPath } from '../fixtures.ts';

const levels = ['Ignore', 'Warn', 'Strict'] as const;
const thing = (name: string, rest: string, metadata = ''): string => `{"apiVersion":"test.example.com/v1","kind":"Widget","metadata":{"name":"${name}"${metadata}},"spec":{"size":"small"${rest}}}`;
const map = (name: string, rest: string, metadata = ''): string => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"${metadata}}${rest}}`;
type Asked = readonly [method: string, path: string, ask?: Ask];
const at = (path: string, level: string): string => `${path}${path.includes('?') ? '&' : '?'}fieldValidation=${level}`;
/** The same body at each level, and without one. */
const each = (path: string, body: (name: string) => string, headers: Ask['headers'] = {}): readonly Asked[] => [...levels.map((level): Asked => ['POST', at(path, level), { body: body(level.toLowerCase()), headers }]), ['POST', path, { body: body('none'), headers }]];
const patches = (path: string, type: string, body: string): readonly Asked[] => levels.map((level) => ['PATCH', at(path, level), { body, headers: { 'content-type': type } }]);

const unknown = ',"b":1,"a":{"x":1},"free":{"ok":1},"parts":[{"name":"n","zz":1},{"name":"m","yy":{"deep":[1]}}],"nested":{"deep":{"nope":1},"neither":2},"labels":{"any":"x"},"choice":{"left":"l","up":"u"}';
const twice = ',"word":"ab","word":"cd","parts":[{"name":"n","value":"1","value":"2"}],"free":{"q":1,"q":2}';
const mapTwice = ',"data":{"a":"1","a":"2"},"immutable":false,"immutable":false';
const yaml = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  nope: 1\ndata:\n  a: "1"\n  b: "2"\n  a: "3"\nother: 1\n`;
const put = (path: string, body: string): readonly Asked[] => levels.map((level) => ['PUT', at(path, level), { body }]);
const posted = (body: string): Asked => ['POST', widgetsPath, { body }];

/** A refusal shows the whole object as a text, with the version that each server counts for itself. */
const versionless = (...given: Parameters<typeof requests>): Case => ({ ...requests(...given), vague: [/resourceVersion\\?":\\?"\d+/g] });

export const fieldCases: readonly Case[] = [
  requests('unknown fields of a custom kind are dropped, warned of or refused', ...each(widgetsPath, (name) => thing(name, unknown))),
  requests('unknown fields of a compiled-in kind are dropped, warned of or refused', ...each(configMapsPath, (name) => map(name, ',"dat":{"a":"1"},"data":{"b":"1"},"spec":{"x":1},"Data":{}'))),
  requests('unknown fields of metadata are dropped, warned of or refused', ...each(widgetsPath, (name) => thing(name, '', ',"nope":1,"labels":{"a":"b"},"ownerReferences":[{"apiVersion":"v1","kind":"A","name":"a","uid":"u","x":1}]')), ...each(configMapsPath, (name) => map(name, '', ',"nope":1,"initializers":{}'))),
  requests('unknown fields at the root are dropped, warned of or refused', ...each(widgetsPath, (name) => thing(name, '').replace(/}$/, ',"nope":1,"status":{"phase":"x","nope":1},"Spec":{}}'))),
  requests('the same field twice is taken, warned of or refused', ...each(widgetsPath, (name) => thing(name, twice)), ...each(configMapsPath, (name) => map(name, mapTwice))),
  requests('the same field twice and unknown ones are named together', ...each(widgetsPath, (name) => thing(name, `${twice},"nope":1`)), ...each(configMapsPath, (name) => map(name, `${mapTwice},"nope":1`))),
  requests('the same field twice in metadata and at the root', ...each(widgetsPath, (name) => thing(name, '', ',"labels":{"a":"1","a":"2"},"name":"b"').replace(/}$/, ',"kind":"Widget"}'))),
  requests('YAML is checked for unknown and double fields too', ...each(configMapsPath, yaml, { 'content-type': 'application/yaml' })),
  requests('a PUT is checked as a POST is', posted(thing('one', '')), ...put(`${widgetsPath}/one`, thing('one', `${unknown},"word":"ab","word":"cd"`)), ['POST', configMapsPath, { body: map('one', '') }], ...put(`${configMapsPath}/one`, map('one', `${mapTwice},"nope":1`))),
  versionless('a merge patch is checked', posted(thing('one', '')), ...patches(`${widgetsPath}/one`, 'application/merge-patch+json', '{"spec":{"nope":1,"word":"ab","word":"cd","parts":[{"name":"a","no":1}]}}'), ['POST', configMapsPath, { body: map('one', '') }], ...patches(`${configMapsPath}/one`, 'application/merge-patch+json', '{"data":{"a":"1","a":"2"},"nope":1}')),
  versionless('a JSON patch is checked', posted(thing('one', '')), ...patches(`${widgetsPath}/one`, 'application/json-patch+json', '[{"op":"add","path":"/spec/nope","value":1},{"op":"add","path":"/spec/word","value":"ab","foo":1}]'), ['POST', configMapsPath, { body: map('one', '') }], ...patches(`${configMapsPath}/one`, 'application/json-patch+json', '[{"op":"add","path":"/nope","value":1,"op":"add"}]')),
  requests('a strategic merge patch is checked', ['POST', configMapsPath, { body: map('one', '') }], ...patches(`${configMapsPath}/one`, 'application/strategic-merge-patch+json', '{"data":{"a":"1","a":"2"},"nope":1,"metadata":{"no":1}}')),
  requests('a level that is not known is refused', ['POST', `${widgetsPath}?fieldValidation=strict`, { body: thing('one', '') }], ['POST', `${widgetsPath}?fieldValidation=`, { body: thing('two', ',"nope":1') }], ['POST', `${configMapsPath}?fieldValidation=x`, { body: map('one', '') }]),
  requests('a status may have unknown fields as the object may', posted(thing('one', '')), ...levels.map((level): Asked => ['PUT', at(`${widgetsPath}/one/status`, level), { body: thing('one', '').replace(/}$/, ',"status":{"phase":"x","nope":1}}') }])),
  requests('many unknown fields are cut off where the real server cuts them off', ...['Warn', 'Strict'].map((level): Asked => ['POST', at(widgetsPath, level), { body: thing('one', Array.from({ length: 150 }, (_, index) => `,"unknown-field-number-${index}":1`).join('')) }])),
  requests('odd names of unknown fields are named as they are', ...each(widgetsPath, (name) => thing(name, ',"a b":1,"a.b":1,"ü":1,"":1,"a\\"b":1,"a\\nb":1,"parts":[{"name":"x","a.b":1}]'))),
  requests('defaults come with absence, not with null, and reach into what is there', ...[['none', ''], ['null', ',"replicas":null,"notNone":null,"none":null'], ['nested', ',"nested":{}'], ['deep', ',"nested":{"deep":{}}'], ['parts', ',"parts":[{"name":"a"},{"name":"b","kept":null},{"name":"c","kept":false}],"pairs":[{"port":1}]'], ['nulls', ',"nested":{"deep":null},"word":null,"tags":null,"free":null']]
    .map(([name, rest]) => posted(thing(name ?? '', rest ?? '')))),
  requests('null in a place that takes none is dropped or refused', ...['"size":null', '"parts":[null]', '"tags":[null]', '"tags":["a",null]', '"labels":{"a":null}', '"fixed":{"a":null}', '"choice":{"left":null}', '"template":null', '"port":null', '"steps":null', '"nested":null', '"free":{"a":null}'].map((field, index) => posted(thing(`n${index}`, `,${field}`)))),
  requests('an integer or a text is taken where both may stand', ...['1', '"http"', '1.5', 'true', '{}', '[]', 'null', '-1', '""'].map((value, index) => posted(thing(`n${index}`, `,"port":${value}`)))),
  requests('a free field keeps everything', posted(thing('one', ',"free":{"a":{"b":[1,"x",null,{"c":true}]},"apiVersion":"x","metadata":{"name":1,"nope":1},"":1}')), posted(thing('two', ',"free":[]')), posted(thing('three', ',"free":"x"'))),
  requests('an embedded object keeps its fields and has its metadata checked', posted(thing('one', ',"template":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","nope":1,"labels":{"a":"b"}},"spec":{"x":1}}')), posted(thing('two', ',"template":{"kind":"Pod","metadata":{"name":"a"}}')), posted(thing('three', ',"template":{}')), posted(thing('four', ',"template":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"A_B","labels":{"a b":"c"}}}')), posted(thing('five', ',"template":{"apiVersion":"v1/v2/v3","kind":"Po d","metadata":{"name":1}}')), ...['"apiVersion":1,"kind":"A"', '"apiVersion":"v1","kind":2', '"apiVersion":"v1","kind":"A","metadata":[]'].map((rest, index) => posted(thing(`six${index}`, `,"template":{${rest}}`)))),
  requests('a kind without an own level of validation drops what it does not know', ['POST', gizmosPath, { body: '{"apiVersion":"test.example.com/v1","kind":"Gizmo","metadata":{"name":"fields-{u}"},"spec":{"note":"x","nope":1}}'.replace('{u}', 'one') }], ['DELETE', `${gizmosPath}/fields-one`]),
];
