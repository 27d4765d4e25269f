import test, { type ExecutionContext } from 'ava';
import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { kubeClient } from '../../../operator/kube/client.ts';
import { readAgent } from '../../../operator/serve/agents.ts';
import { telemetryStore } from '../../../operator/serve/telemetry.ts';
import { agentLogs, type LogsRequest } from '../../../plugin/feeds/agent-logs.ts';
import { proxyReader } from '../../../plugin/feeds/reader.ts';

const prefix = '/api/v1/namespaces/clrk/services/https:clrk-operator:https/proxy';

/** The operator's own reader behind a plain HTTP server in the place of an API server. */
async function operator(t: ExecutionContext) {
  const store = telemetryStore(undefined);
  const sockets = new Set<Socket>();
  const requests: URL[] = [];
  const refuse: { status: number; body: string }[] = [];
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://operator');
    // As the API server of a dev session: it makes no tokens, and vouches for its people itself.
    if (request.method === 'POST') return void response.writeHead(404).end('{"kind":"Status","message":"the server could not find the requested resource","code":404,"details":{}}');
    requests.push(url);
    const refusal = refuse.shift();
    if (refusal !== undefined) return void response.writeHead(refusal.status).end(refusal.body);
    url.pathname = decodeURIComponent(url.pathname).replace(prefix, '');
    readAgent(store, url, response);
  });
  server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true });
  const kube = kubeClient({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, access: async () => ({ agent, headers: {} }), close: () => agent.destroy() });
  t.teardown(() => {
    kube.close();
    server.close();
    server.closeAllConnections();
  });
  const say = (body: string, timeUnixMs: number, iostream = 'stdout'): void => {
    const line = { timeUnixMs, severity: 'INFO', body, attributes: { 'log.iostream': iostream }, resource: { 'clrk.component': 'worker' } };
    store.logs.add('DaemonAgent/default/echo-bot', { timeUnixMs, iostream, json: JSON.stringify(line) });
  };
  const request = (more: Partial<LogsRequest> = {}): LogsRequest => ({ kind: 'DaemonAgent', namespace: 'default', name: 'echo-bot', tail: 1000, follow: false, signal: AbortSignal.timeout(20_000), ...more });
  return { kube, say, request, requests, refuse, cut: () => sockets.forEach((socket) => socket.destroy()) };
}

async function bodies(lines: AsyncIterable<{ readonly body: string }>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const { body } of lines) all.push(body);
  return all;
}

test('the newest lines come oldest first, and the end is the end', async (t) => {
  const { kube, say, request } = await operator(t);
  for (let at = 1; at <= 5; at++) say(`line ${at}`, at);
  t.deepEqual(await bodies(agentLogs(proxyReader(kube), request({ tail: 3 }))), ['line 3', 'line 4', 'line 5']);
});

test('a time and a stream choose among the lines', async (t) => {
  const { kube, say, request } = await operator(t);
  say('old', 1000);
  say('out', 5000);
  say('err', 5000, 'stderr');
  t.deepEqual(await bodies(agentLogs(proxyReader(kube), request({ since: new Date(2000), iostream: 'stderr' }))), ['err']);
});

test('equal lines of one moment are two lines', async (t) => {
  const { kube, say, request } = await operator(t);
  say('same', 7);
  say('same', 7);
  t.deepEqual(await bodies(agentLogs(proxyReader(kube), request())), ['same', 'same']);
});

test('a follower goes on after a cut connection, without a gap and without a line told twice', async (t) => {
  const { kube, say, request, requests, cut } = await operator(t);
  say('one', 1000);
  say('two', 2000);
  say('two', 2000);
  const lines = agentLogs(proxyReader(kube), request({ follow: true }));
  const next = async (): Promise<string | undefined> => ((await lines.next()).value as { readonly body: string } | undefined)?.body;
  t.deepEqual([await next(), await next(), await next()], ['one', 'two', 'two']);
  cut();
  say('three', 2000);
  t.is(await next(), 'three');
  cut();
  say('four', 4000);
  t.is(await next(), 'four');
  t.is(requests.at(-1)?.searchParams.get('since'), '1970-01-01T00:00:02.000Z');
  await lines.return(undefined);
});

test('a follower waits for an operator that starts again', async (t) => {
  const { kube, say, request, cut, refuse } = await operator(t);
  say('one', 1000);
  const lines = agentLogs(proxyReader(kube), request({ follow: true }));
  await lines.next();
  refuse.push({ status: 503, body: '{}' }, { status: 429, body: '{}' });
  cut();
  say('two', 2000);
  t.is(((await lines.next()).value as { readonly body: string }).body, 'two');
  await lines.return(undefined);
});

test('a refusal ends a follower at once, in the words of the operator', async (t) => {
  const { kube, request, refuse } = await operator(t);
  refuse.push({ status: 400, body: '{"error":"the query is not understood"}' });
  await t.throwsAsync(bodies(agentLogs(proxyReader(kube), request({ follow: true }))), { message: 'the query is not understood' });
});

test('an operator that is not there is told as such', async (t) => {
  const { kube, request, refuse } = await operator(t);
  refuse.push({ status: 404, body: '{"kind":"Status","message":"services \\"clrk-operator\\" not found","code":404}' });
  await t.throwsAsync(bodies(agentLogs(proxyReader(kube), request())), { name: 'UserError', message: /no logs to give: services "clrk-operator" not found/ });
  refuse.push({ status: 503, body: '{"kind":"Status","message":"no endpoints available","code":503}' });
  await t.throwsAsync(bodies(agentLogs(proxyReader(kube), request())), { name: 'KubeError', message: 'the operator does not answer: no endpoints available' });
});

test('an abort ends a follower with the reason of the abort', async (t) => {
  const { kube, say, request } = await operator(t);
  say('one', 1000);
  const controller = new AbortController();
  const lines = agentLogs(proxyReader(kube), request({ follow: true, signal: controller.signal }));
  await lines.next();
  const waiting = lines.next();
  controller.abort(new Error('enough'));
  await t.throwsAsync(waiting, { message: 'enough' });
});
