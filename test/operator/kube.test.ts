// The thin client against a small real HTTPS server: what it sends, how it follows, and how it complains.
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../operator/kube/connect.ts';
import { KubeError } from '../../operator/kube/errors.ts';
import type { Kube, WatchEvent } from '../../operator/kube/kube.ts';
import { configmaps, secrets } from '../../operator/kube/resources.ts';
import { issueCertificate } from '../../proxy/x509/issue.ts';

const ca = issueCertificate({ subject: 'ca', usage: 'ca', days: 1 });
const pair = issueCertificate({ subject: 'server', altNames: ['127.0.0.1'], usage: 'server', days: 1, issuer: ca });

interface Api {
  readonly kube: Kube;
  readonly folder: string;
  readonly server: string;
  readonly connections: () => number;
  /** Writes a kubeconfig whose user is this. */
  readonly kubeconfig: (user: object, asYaml?: boolean) => string;
}

async function api(t: ExecutionContext, answer: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<Api> {
  let connections = 0;
  const server = https.createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => answer(request, response, body));
  });
  server.on('secureConnection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'clrk-kube-'));
  const kubeconfig: Api['kubeconfig'] = (user, asYaml = false) => {
    const file = join(folder, `config-${Math.random().toString(36).slice(2)}`);
    const config = { 'current-context': 'c', contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', namespace: 'team' } }], clusters: [{ name: 'k', cluster: { server: url, 'certificate-authority-data': Buffer.from(ca.certificate).toString('base64') } }], users: [{ name: 'u', user }] };
    writeFileSync(file, asYaml ? `# yaml\n${JSON.stringify(config)}` : JSON.stringify(config));
    return file;
  };
  const { kube } = await connect({ kubeconfig: kubeconfig({ token: 'tok' }) });
  t.teardown(() => {
    kube.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { kube, folder, server: url, connections: () => connections, kubeconfig };
}

const json = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};
const status = (code: number, reason: string, message: string, details: object = {}) => ({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details });
const object = (name: string, resourceVersion: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'n', resourceVersion } });

async function take(events: AsyncIterable<WatchEvent>, count: number, stop: AbortController): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(event.type === 'SYNCED' ? `SYNCED ${event.resourceVersion}` : `${event.type} ${event.object.metadata.name}`);
    if (seen.length === count) stop.abort();
  }
  return seen;
}

test('many requests share one connection, and carry the token', async (t) => {
  const tokens = new Set<string | undefined>();
  const { kube, connections } = await api(t, (request, response) => {
    tokens.add(request.headers.authorization);
    json(response, 200, object('a', '1'));
  });
  for (let round = 0; round < 20; round++) await kube.get(secrets, { namespace: 'n', name: 'a' });
  t.is(connections(), 1);
  t.deepEqual([...tokens], ['Bearer tok']);
});

test('a list is fetched in pages, and its items say what they are', async (t) => {
  const { kube } = await api(t, (request, response) => {
    const next = new URL(request.url ?? '', 'https://x').searchParams.get('continue');
    json(response, 200, next ? { items: [{ metadata: { name: 'b' } }], metadata: { resourceVersion: '9' } } : { items: [{ metadata: { name: 'a' } }], metadata: { resourceVersion: '9', continue: 'more' } });
  });
  const { items, resourceVersion } = await kube.list(secrets, { namespace: 'n' });
  t.deepEqual(items.map(({ kind, apiVersion, metadata }) => [apiVersion, kind, metadata.name]), [['v1', 'Secret', 'a'], ['v1', 'Secret', 'b']]);
  t.is(resourceVersion, '9');
});

test('a watch goes on where it broke off, and takes up bookmarks', async (t) => {
  const asked: (string | null)[] = [];
  const { kube } = await api(t, (request, response) => {
    const query = new URL(request.url ?? '', 'https://x').searchParams;
    if (!query.has('watch')) return json(response, 200, { items: [object('a', '3')], metadata: { resourceVersion: '5' } });
    asked.push(query.get('resourceVersion'));
    const event = asked.length === 1 ? { type: 'ADDED', object: object('b', '6') } : asked.length === 2 ? { type: 'BOOKMARK', object: { metadata: { resourceVersion: '8' } } } : { type: 'DELETED', object: object('a', '9') };
    response.write(`${JSON.stringify(event)}\n{"type":"ADD`);
    setTimeout(() => response.destroy(), 20);
  });
  const stop = new AbortController();
  t.deepEqual(await take(kube.watch(secrets, { signal: stop.signal }), 4, stop), ['ADDED a', 'SYNCED 5', 'ADDED b', 'DELETED a']);
  t.deepEqual(asked.slice(0, 3), ['5', '6', '8']);
});

test('after an expired watch the difference is told as if it had been seen', async (t) => {
  let lists = 0;
  const { kube } = await api(t, (request, response) => {
    const query = new URL(request.url ?? '', 'https://x').searchParams;
    if (query.has('watch') && lists === 1) return response.end(`${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired', 'too old') })}\n`) && undefined;
    if (query.has('watch')) return void response.writeHead(200);
    lists++;
    json(response, 200, lists === 1 ? { items: [object('gone', '1'), object('same', '2'), object('changed', '3')], metadata: { resourceVersion: '5' } } : { items: [object('same', '2'), object('changed', '7'), object('new', '8')], metadata: { resourceVersion: '9' } });
  });
  const stop = new AbortController();
  t.deepEqual(await take(kube.watch(secrets, { signal: stop.signal }), 8, stop), ['ADDED gone', 'ADDED same', 'ADDED changed', 'SYNCED 5', 'DELETED gone', 'MODIFIED changed', 'ADDED new', 'SYNCED 9']);
});

test('an apply says whether it created, configured or changed nothing, also when the status moves meanwhile', async (t) => {
  let stored: object | undefined;
  const sent: string[] = [];
  const { kube } = await api(t, (request, response, body) => {
    // Each look finds another version and another status, as with a busy controller.
    const seen = (): object => ({ ...object('a', String(sent.length)), ...stored, status: { looks: sent.length } });
    if (request.method === 'GET') return stored ? json(response, 200, seen()) : json(response, 404, status(404, 'NotFound', 'secrets "a" not found', { name: 'a' }));
    sent.push(`${request.headers['content-type']} ${request.url}`);
    const isNew = !stored;
    stored = { data: (JSON.parse(body) as { data?: object }).data ?? {} };
    json(response, isNew ? 201 : 200, seen());
  });
  const apply = (data: object) => kube.apply(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'n' }, ...data }, { fieldManager: 'me', force: true });
  t.deepEqual([(await apply({})).outcome, (await apply({})).outcome, (await apply({ data: { k: 'djE=' } })).outcome], ['created', 'unchanged', 'configured']);
  t.regex(sent[0] ?? '', /^application\/apply-patch\+yaml \/api\/v1\/namespaces\/n\/secrets\/a\?fieldManager=me&force=true/);
});

test("a refusal carries the server's own words, a missing object is no error, a missing kind is one", async (t) => {
  const { kube } = await api(t, (request, response) => {
    if (request.url?.includes('configmaps')) return void response.writeHead(404).end('404 page not found\n');
    if (request.method === 'GET') return json(response, 404, status(404, 'NotFound', 'secrets "a" not found', { name: 'a', kind: 'secrets' }));
    json(response, 409, status(409, 'Conflict', 'somebody else owns it', { causes: [{ field: '.data.x', message: 'conflict with "other"' }] }));
  });
  t.is(await kube.get(secrets, { namespace: 'n', name: 'a' }), undefined);
  const missing = await t.throwsAsync(kube.get(configmaps, { namespace: 'n', name: 'a' }), { instanceOf: KubeError });
  t.is(missing?.code, 404);
  const conflict = await t.throwsAsync(kube.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'n' } }), { instanceOf: KubeError, message: 'somebody else owns it' });
  t.is(conflict?.reason, 'Conflict');
  t.is(conflict?.status?.details?.causes?.[0]?.field, '.data.x');
});

test('a server that is not there is named, with what to do', async (t) => {
  const { kubeconfig, server, kube } = await api(t, (_request, response) => response.socket?.destroy());
  const reset = await t.throwsAsync(kube.list(secrets), { instanceOf: KubeError });
  t.regex(reset?.message ?? '', new RegExp(`reaching the API server ${server}: it closed the connection`));
  const config = kubeconfig({ token: 't' });
  writeFileSync(config, readFileSync(config, 'utf8').replace(server, 'https://127.0.0.1:1'));
  const { kube: nowhere } = await connect({ kubeconfig: config });
  const refused = await t.throwsAsync(nowhere.list(secrets), { instanceOf: KubeError, message: 'reaching the API server https://127.0.0.1:1: nothing listens there' });
  t.regex(refused?.hints[0] ?? '', /kubectl clrk dev/);
});

test('a server that takes connections and says nothing is given up', async (t) => {
  t.timeout(20_000, 'it waits as long as for a connection that went quiet');
  const { kubeconfig, server } = await api(t, () => undefined);
  const silent = net.createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const open: net.Socket[] = [];
  silent.on('connection', (socket) => open.push(socket));
  t.teardown(() => [...open.map((socket) => socket.destroy()), silent.close()]);
  const config = kubeconfig({ token: 't' });
  const answersNot = await connect({ kubeconfig: kubeconfig({ token: 't' }) });
  writeFileSync(config, readFileSync(config, 'utf8').replace(server, url));
  const speaksNot = await connect({ kubeconfig: config });
  for (const [{ kube }, name] of [[speaksNot, url], [answersNot, server]] as const) {
    t.teardown(() => kube.close());
    await t.throwsAsync(kube.request('GET', '/version', { answerTimeoutMs: 100 }), { instanceOf: KubeError, message: `reaching the API server ${name}: it does not answer` });
  }
});

test('an answer that is no JSON is not taken for an object', async (t) => {
  const { kube } = await api(t, (_request, response) => void response.end('<html>login</html>'));
  await t.throwsAsync(kube.list(secrets), { message: /is not JSON; is it a Kubernetes API server/ });
});

test('a YAML kubeconfig and its exec plugin log in through the library, and a failing plugin is named', async (t) => {
  const { kubeconfig, folder } = await api(t, (request, response) => json(response, 200, { ...object('a', '1'), said: request.headers.authorization }));
  const plugin = join(folder, 'login');
  writeFileSync(plugin, `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'\n`);
  chmodSync(plugin, 0o755);
  const exec = (command: string) => ({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args: [], interactiveMode: 'Never' } });
  const { kube, namespace, contextName } = await connect({ kubeconfig: kubeconfig(exec(plugin), true) });
  t.teardown(() => kube.close());
  t.deepEqual([namespace, contextName], ['team', 'c']);
  t.is((await kube.get(secrets, { namespace: 'n', name: 'a' }))?.['said'], 'Bearer from-plugin');
  const { kube: failing } = await connect({ kubeconfig: kubeconfig(exec('/nowhere/login')) });
  await t.throwsAsync(failing.list(secrets), { instanceOf: KubeError, message: /logging in to .* as u with `\/nowhere\/login`/ });
});

test('requests that begin at once share one login', async (t) => {
  const { kubeconfig, folder } = await api(t, (_request, response) => json(response, 200, object('a', '1')));
  const [plugin, calls] = [join(folder, 'login'), join(folder, 'calls')];
  const expired = '"expirationTimestamp":"2020-01-01T00:00:00Z"';
  writeFileSync(plugin, `#!/bin/sh\necho called >> ${calls}\nsleep 0.2\necho '{"status":{"token":"x",${expired}}}'\n`, { mode: 0o755 });
  const { kube } = await connect({ kubeconfig: kubeconfig({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' } }) });
  t.teardown(() => kube.close());
  const ref = { namespace: 'n', name: 'a' };
  await Promise.all([1, 2, 3, 4].map(() => kube.get(secrets, ref)));
  t.is(readFileSync(calls, 'utf8'), 'called\n');
  await kube.get(secrets, ref);
  t.is(readFileSync(calls, 'utf8'), 'called\ncalled\n', 'what has run out is asked for again');
});

test('a kubeconfig that is missing, broken or without the context is told with what to do', async (t) => {
  const { kubeconfig, folder } = await api(t, (_request, response) => void response.end('{}'));
  const missing = await t.throwsAsync(connect({ kubeconfig: join(folder, 'none') }), { instanceOf: KubeError, message: /there is no kubeconfig .*none/ });
  t.true((missing?.hints.length ?? 0) > 0);
  const file = join(folder, 'broken');
  writeFileSync(file, '{"clusters": [');
  await t.throwsAsync(connect({ kubeconfig: file }), { instanceOf: KubeError, message: /reading kubeconfig .*broken/ });
  for (const text of ['root:x:0:0:root:/root:/bin/bash\nme:x:1:1::/:/bin/sh\n', 'junk', '{}', '[1]', '']) {
    writeFileSync(file, text);
    await t.throwsAsync(connect({ kubeconfig: file }), { instanceOf: KubeError, message: new RegExp(`${file}.* is not a kubeconfig|reading kubeconfig ${file}: `) }, text);
  }
  const context = await t.throwsAsync(connect({ kubeconfig: kubeconfig({ token: 't' }), context: 'other' }), { instanceOf: KubeError, message: /there is no context other/ });
  t.deepEqual(context?.hints, ['choose one with --context: c']);
});

test('several kubeconfigs are merged as kubectl merges them: the first that says it counts', async (t) => {
  const { kubeconfig, server } = await api(t, (request, response) => json(response, 200, { ...object('a', '1'), said: request.headers.authorization }));
  const [first, second] = [kubeconfig({ token: 'first' }), kubeconfig({ token: 'second' })];
  const { kube } = await connect({ kubeconfig: [first, '/nowhere/config', second].join(':') });
  t.teardown(() => kube.close());
  t.is(kube.server, server);
  t.is((await kube.get(secrets, { namespace: 'n', name: 'a' }))?.['said'], 'Bearer first');
});
