// What a client may ask for: forms of the answer, methods, paths, compression.
import { requests, type Case } from '../case.ts';
import { configMap, configMapsPath, widget, widgetsPath } from '../fixtures.ts';

const made = [['POST', configMapsPath, { body: configMap('one') }], ['POST', widgetsPath, { body: widget('one') }]] as const;
const large = (bytes: number): object => configMap('large', { a: 'x'.repeat(bytes) });
const gzip = { headers: { 'accept-encoding': 'gzip' } };

export const formatCases: readonly Case[] = [
  requests('YAML is answered in the form of a cluster', ['POST', configMapsPath, { body: configMap('one', { a: '1', b: 'two\nlines\n', c: 'true', d: '', e: 'a: b', f: '# no', g: '0x1', h: 'null', i: ' lead', j: '- x', k: '2024-01-01', l: 'ü', m: "it's", n: '1e3', o: 'y', p: '{}', q: '~', r: '"', s: '\t' }) }],
    ['GET', `${configMapsPath}/one`, { headers: { accept: 'application/yaml' } }], ['GET', `${configMapsPath}/none`, { headers: { accept: 'application/yaml' } }]),
  requests('an object of a custom kind in YAML', ['POST', widgetsPath, { body: widget('one', { size: 'small', parts: [{ name: 'a', value: '1' }], tags: ['x', 'y'], free: { list: [], map: {}, deep: [[1], { a: null }], n: 1.5 } }) }], ['GET', `${widgetsPath}/one`, { headers: { accept: 'application/yaml' } }]),
  {
    title: 'an answer is indented for browsers, curl, and who asks for it',
    run: async ({ quietly, request, note }) => {
      await quietly(() => request('POST', configMapsPath, { body: configMap('one') }));
      for (const agent of ['curl/8.0', 'Wget/1.0', 'Mozilla/5.0 (X11)', 'case/1']) {
        for (const query of ['', '?pretty=true', '?pretty=1', '?pretty=false', '?pretty=x', '?pretty', '?pretty=']) {
          const { text } = await quietly(() => request('GET', `${configMapsPath}/one${query}`, { headers: { 'user-agent': agent } }));
          note(`${agent} ${query}`, [text.startsWith('{\n  "'), text.endsWith('\n')]);
        }
      }
    },
  },
  requests('a large answer is compressed for who takes gzip, a small one is not', ['POST', configMapsPath, { body: large(100_000) }], ['POST', configMapsPath, { body: large(200_000), headers: { 'accept-encoding': 'gzip' } }], ['GET', `${configMapsPath}/large`, gzip], ['PUT', `${configMapsPath}/large`, { body: large(140_000), ...gzip }], ['GET', `${configMapsPath}/large`, gzip], ['GET', `${configMapsPath}/large`, { headers: { 'accept-encoding': 'deflate, br' } }],
    ['GET', `${configMapsPath}/large`, { headers: { 'accept-encoding': 'br;q=1, gzip;q=0.5' } }], ['GET', `${configMapsPath}/large`, { headers: { 'accept-encoding': 'gzip;q=0' } }], ['GET', `${configMapsPath}/large`, { headers: { 'accept-encoding': '*' } }], ['GET', `${configMapsPath}/large`], ['GET', configMapsPath, gzip]),
  requests('HEAD on a resource is answered as the real server does', ...made, ['HEAD', `${configMapsPath}/one`], ['HEAD', configMapsPath], ['HEAD', `${configMapsPath}/none`], ['HEAD', `${widgetsPath}/one`], ['HEAD', '/version'], ['HEAD', '/readyz'], ['HEAD', '/api']),
  requests('a method that a path does not take is 405', ...made, ['PUT', configMapsPath, { body: {} }], ['PATCH', configMapsPath, { body: {} }], ['POST', `${configMapsPath}/one`, { body: configMap('one') }], ['PUT', widgetsPath, { body: {} }], ['PATCH', widgetsPath, { body: {} }], ['POST', `${widgetsPath}/one`, { body: widget('one') }], ['OPTIONS', `${configMapsPath}/one`], ['TRACE', `${configMapsPath}/one`], ['OPTIONS', `${widgetsPath}/one`], ['POST', '/version', { body: {} }], ['DELETE', '/api']),
  requests('methods that nobody knows are refused', ['LINK', configMapsPath], ['PROPFIND', widgetsPath], ['LINK', '/version']),
  requests('paths that nobody serves are 404', ['GET', '/nothing'], ['GET', '/nothing/at/all'], ['GET', '/api/v2'], ['GET', '/api/v1/nothing'], ['GET', '/api/v1/namespaces/{ns}/nothing'], ['GET', '/api/v1/namespaces/{ns}/nothing/one'], ['GET', '/apis/nothing.example.com'], ['GET', '/apis/nothing.example.com/v1'], ['GET', '/apis/nothing.example.com/v1/things'], ['GET', '/apis/test.example.com/v2/widgets'], ['GET', '/apis/test.example.com/v1/namespaces/{ns}/nothing'],
    ['GET', `${configMapsPath}/one/nothing`], ['GET', `${widgetsPath}/one/nothing`], ['GET', `${configMapsPath}/one/status`], ['POST', '/nothing', { body: {} }], ['POST', '/api/v1/nothing', { body: {} }], ['DELETE', '/apis/test.example.com/v1/nothing']),
  requests('slashes too many lead where the real server leads them', ...made, ['GET', '/api/v1/', { keep: ({ kind }) => kind }], ['GET', '//api/v1'], ['GET', '/api//v1'], ['GET', `${configMapsPath}/`], ['GET', `${configMapsPath}//one`], ['GET', `${configMapsPath}/one/`], ['GET', `${widgetsPath}/`, { keep: ({ kind }) => kind }], ['GET', `${widgetsPath}/one/`], ['GET', '/apis/', { keep: ({ kind }) => kind }], ['GET', '/apis/test.example.com/'], ['GET', '/version/', { keep: ({ minor }) => minor }], ['GET', '/healthz/'], ['GET', '/readyz/']),
  requests('odd characters in a path name nothing', ['GET', `${configMapsPath}/a%2Fb`], ['GET', `${configMapsPath}/A_B`], ['GET', `${configMapsPath}/${'a'.repeat(300)}`], ['GET', `${widgetsPath}/%F0%9F%8E%89`], ['GET', `${widgetsPath}/%20`]),
  requests('a namespaced kind without a namespace can only be listed', ['POST', '/api/v1/configmaps', { body: configMap('one') }], ['GET', '/api/v1/configmaps/one'], ['DELETE', '/api/v1/configmaps/one'], ['POST', '/apis/test.example.com/v1/widgets', { body: widget('one') }], ['GET', '/apis/test.example.com/v1/widgets/one'], ['GET', '/apis/test.example.com/v1/namespaces/{ns}/gizmos'], ['GET', '/api/v1/namespaces/{ns}/namespaces']),
];
