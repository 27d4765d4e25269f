// Writes down what a real kube-apiserver publishes of the kinds that are compiled in here: `node test/kubernetes/published.ts`, after a change of version.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPki } from '../../plugin/dev/pki.ts';
import { howToGet, wantedAssets } from './assets.ts';
import { startReal } from './real.ts';

type Json = { readonly [key: string]: Json } & string;

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const kinds = [
  ...['Namespace', 'Secret', 'ConfigMap', 'Service', 'Endpoints', 'ServiceAccount', 'Event'].map((kind) => `io.k8s.api.core.v1.${kind}`), 'io.k8s.api.coordination.v1.Lease', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
].flatMap((name) => [name, `${name}List`]);
const roots = [...kinds, 'io.k8s.api.autoscaling.v1.Scale', ...['Status', 'DeleteOptions', 'Patch', 'WatchEvent', 'ListMeta', 'ObjectMeta'].map((name) => `${meta}.${name}`)];
const documents = ['api/v1', 'apis/coordination.k8s.io/v1', 'apis/apiextensions.k8s.io/v1'];

const assets = wantedAssets();
if (!assets) throw new Error(howToGet);
const folder = mkdtempSync(join(tmpdir(), 'clrk-published-'));
const pki = openPki(folder, new Date());
const { server, stop } = await startReal({ assets, folder, pki });
const agent = new Agent({ ca: pki.authority.certificate, cert: pki.admin.certificate, key: pki.admin.key });

const get = (path: string): Promise<Json> =>
  new Promise((resolve, reject) => {
    request(server + path, { agent, headers: { accept: 'application/json' } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json));
    }).on('error', reject).end();
  });

const quoted = (value: unknown): string => `'${JSON.stringify(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

try {
  const all = await Promise.all(documents.map((path) => get(`/openapi/v3/${path}`)));
  const schemas: Readonly<Record<string, unknown>> = Object.assign({}, ...all.map((one) => one['components']?.['schemas']));
  const wanted = new Set<string>();
  const want = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const [, inner = ''] of JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) want(inner);
  };
  roots.forEach(want);
  const version = (await get('/version'))['gitVersion'];
  const head = (what: string): string => `// ${what} as Kubernetes ${version} publishes it (Apache License 2.0), written by test/kubernetes/published.ts.\n`;
  const lines = [...wanted].toSorted().map((name) => `  '${name}': ${quoted(schemas[name])},\n`);
  writeFileSync('plugin/apiserver/openapi/published.ts', `${head('The schema of each compiled-in kind, and of what they are made of,')}\n/** JSON by name, read when it is first asked for. */\nexport const published: Readonly<Record<string, string>> = {\n${lines.join('')}};\n`);
  const parameters = new Map<string, string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { name, in: where, description, schema } = value as { readonly name?: string; readonly in?: string; readonly description?: string; readonly schema?: { readonly type?: string } };
    // "name of the Secret" is made for each kind, and the manager's word differs for patches.
    const key = description?.includes('required for apply requests') ? `${name}OfPatch` : name;
    if (where === 'query' && key && key !== 'path') parameters.set(key, `  ${key}: ${quoted({ type: schema?.type, description })},\n`);
    Object.values(value).forEach(visit);
  };
  visit(all[0]?.['paths']?.['/api/v1/namespaces/{namespace}/configmaps']);
  visit(all[0]?.['paths']?.['/api/v1/namespaces/{namespace}/configmaps/{name}']);
  writeFileSync('plugin/apiserver/openapi/parameters.ts', `${head('Each query parameter')}\n/** JSON of type and description by name. */\nexport const parameters: Readonly<Record<string, string>> = {\n${[...parameters].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line).join('')}};\n`);
} finally {
  agent.destroy();
  await stop();
  rmSync(folder, { recursive: true, force: true });
}
