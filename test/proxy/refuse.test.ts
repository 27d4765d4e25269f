// What the proxy says no to, seen from the agent and in the record: policy, credentials, smuggling, shapes.
import test from 'ava';
import { connect } from 'node:net';
import { exchangeRaw, messageReply, messageRequest, readAll } from './agent.ts';
import { dev } from './authorities.ts';
import { bodyText, gateway, policyOf, Rig, secret } from './rig.ts';
import { upstream, type Upstream } from './upstream.ts';

const rig = new Rig();
let to: Upstream;
let port = 0;
test.before(async () => {
  to = await upstream((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(messageReply)));
  await rig.begin({ policy: policyOf(), upstreams: { 'api.anthropic.com': to.port } });
  ({ port } = await rig.admit());
});
test.after.always(async () => {
  await rig.stop();
  to?.close();
});

const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
const refusal = (answer: string): string | undefined => /x-clrk-refusal: (\w+)/.exec(answer)?.[1];
const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
const get = (path: string, ...headers: string[]): string => [`GET ${path} HTTP/1.1`, 'Host: api.anthropic.com', 'Connection: close', ...headers, '', ''].join('\r\n');
let versions = 0;
const swap = (change: Parameters<typeof policyOf>[0]) => rig.swap(policyOf(change, `w${++versions}`));

test.serial('P1 deny-all opens what the route names and answers 403 in the dialect of the provider to the rest', async (t) => {
  const before = to.requests.length;
  const answer = await exchangeRaw(port, get('/v1/models'));
  t.is(status(answer), 403);
  t.like(bodyOf(answer), { type: 'error', error: { type: 'permission_error' } });
  t.regex(answer, /route default\/anthropic, path \/v1\/models/);
  const other = await exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n', 'example.com');
  t.deepEqual([status(other), refusal(other)], [403, 'host']);
  t.is(to.requests.length, before);
  const log = await rig.record(/GET api\.anthropic\.com\/v1\/models 403/);
  t.is(log.severity, 'WARN');
  t.is(log.attributes['clrk.egress.deny_reason'], 'request');
  const span = await rig.span(log);
  t.is(span.status, 'ERROR');
  await rig.record(/GET example\.com\/ 403/);
});

test.serial('P6 a missing secret refuses the call and names the policy, and nothing leaves', async (t) => {
  await swap({ credentials: [{ policy: 'default/anthropic-key', scope: { kind: 'gateway' }, header: 'x-api-key', secret: { state: 'missing', why: 'secret default/anthropic-credentials is not there' } }] });
  const before = to.requests.length;
  const answer = await exchangeRaw(port, messageRequest(['x-api-key: mine']));
  t.deepEqual([status(answer), refusal(answer)], [503, 'credential_missing']);
  t.regex(answer, /policy default\/anthropic-key: secret default\/anthropic-credentials is not there/);
  t.is(to.requests.length, before);
  await rig.record(/POST .* 503/);
  await swap({});
  t.is(status(await exchangeRaw(port, messageRequest())), 200);
});

test.serial('P2 a policy that does not parse changes nothing and is counted', async (t) => {
  rig.push(`{"version":"bad","gateways":[{"authority":{"key":"${secret}"}}]}`);
  rig.push('{"version": not json sk-ant-not-json');
  rig.push(JSON.stringify(policyOf({ authority: { certificate: dev.certificate, key: gateway.authority.key } }, 'foreign-key')));
  while (!/"rejected":3/.test(rig.stderr)) await new Promise((resolve) => setTimeout(resolve, 10));
  t.is(status(await exchangeRaw(port, messageRequest())), 200);
  t.false(rig.stderr.includes(secret));
  t.false(rig.stderr.includes('sk-ant-not-json'));
});

test.serial('a model that the route does not name is refused, whatever hides it', async (t) => {
  await swap({ routes: [{ route: 'default/anthropic', provider: 'anthropic', endpoints: ['/v1/messages'], models: ['claude-haiku-*'] }] });
  t.is(status(await exchangeRaw(port, messageRequest())), 200);
  t.is(status(await exchangeRaw(port, messageRequest([], '{"model":"claude-opus-4"}'))), 403);
  t.is(refusal(await exchangeRaw(port, messageRequest([], '{"model":"claude-haiku-4-5","mod\\u0065l":"claude-opus-4"}'))), 'ambiguous_model');
  t.is(status(await exchangeRaw(port, messageRequest(['Content-Encoding: gzip'], 'xx'))), 403);
  const large = 'POST /v1/messages HTTP/1.1\r\nHost: api.anthropic.com\r\nContent-Length: 9000000\r\n\r\n{';
  t.is(refusal(await exchangeRaw(port, large)), 'body_too_large');
  t.regex(await exchangeRaw(port, `POST /v1/messages HTTP/1.1\r\nHost: api.anthropic.com\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${'1c\r\n{"model":"claude-haiku-4-5"}\r\n'}0\r\n\r\n`), /^HTTP\/1\.1 200/);
  await swap({});
});

test.serial('allow-all passes what no route names, without a credential, and keeps what the agent sent', async (t) => {
  await swap({ defaultPolicy: 'allow-all' });
  t.is(status(await exchangeRaw(port, get('/v1/models', 'x-api-key: my-own'))), 200);
  const sent = to.requests.at(-1);
  t.true(sent?.rawHeaders.includes('my-own'));
  t.false(sent?.rawHeaders.includes(secret));
  const log = await rig.record(/GET api\.anthropic\.com\/v1\/models 200/);
  t.is(log.attributes['clrk.aiproviderroute.matched'], false);
  t.is((await rig.span(log)).events[0]?.attributes['http.request.header.x-api-key'], '[redacted]');
  await swap({});
});

test.serial('P3 a host that is a private address is refused at dial time', async (t) => {
  await swap({ defaultPolicy: 'allow-all' });
  const answer = await exchangeRaw(port, `GET /latest/meta-data HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'localhost');
  t.deepEqual([status(answer), refusal(answer)], [403, 'address']);
  const log = await rig.record(/GET localhost\/latest\/meta-data 403/);
  t.is(log.attributes['clrk.egress.deny_reason'], 'address');
  await swap({});
});

test.serial('plain HTTP is taken up only by a listener for it, opens no provider and carries no credential', async (t) => {
  const listeners = [{ name: 'http', shape: 'http' }] as const;
  const plain = async (bytes: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(bytes);
    return readAll(socket);
  };
  const bytes = 'GET /v1/messages HTTP/1.1\r\nHost: api.anthropic.com\r\nConnection: close\r\n\r\n';
  t.is(await plain(bytes), '');
  await swap({ listeners });
  t.is(refusal(await plain(bytes)), 'host');
  const everywhere = gateway.credentials.map((c) => ({ ...c, scope: { kind: 'gateway' } as const }));
  await swap({ listeners, defaultPolicy: 'allow-all', credentials: everywhere });
  t.is(refusal(await plain(bytes)), 'credential_cleartext');
  await swap({ listeners, defaultPolicy: 'allow-all' });
  t.is(refusal(await plain(bytes.replace('api.anthropic.com', '169.254.169.254'))), 'address');
  await swap({});
});

test.serial('P7 requests sent far ahead of their answers end the connection, and every one that was taken leaves a record', async (t) => {
  // Records of the test before may still be on their way: those are all of GET.
  const records = (): string[] => rig.logs.map(bodyText).filter((line) => !line.startsWith('GET '));
  const before = records().length;
  const answers = await exchangeRaw(port, `POST /v1/messages HTTP/1.1\r\n${'Host: api.anthropic.com\r\nContent-Length: 2\r\n\r\n{}'}`.repeat(40));
  t.false(/HTTP\/1\.1 5/.test(answers));
  while (records().length < before + 3 || !records().slice(before).some((line) => /reason=pipelining/.test(line))) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.is(records().length - before, 3, records().slice(before).join('\n'));
});

const host = 'Host: api.anthropic.com\r\n';
const attacks: [string, string, number, string][] = [
  ['a length and a chunked coding', `POST /v1/messages HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n`, 400, 'bad_request'],
  ['a folded header', `GET /v1/messages HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`, 400, 'bad_request'],
  ['a space before the colon', `GET /v1/messages HTTP/1.1\r\n${host}Content-Length : 5\r\n\r\n`, 400, 'bad_request'],
  ['a bare line feed', `GET /v1/messages HTTP/1.1\n${host}\n\n`, 400, 'bad_request'],
  ['two lengths', `POST /v1/messages HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, 400, 'bad_request'],
  ['a chunk size that is none', `POST /v1/messages HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n`, 400, 'bad_request'],
  ['a coding in disguise', `POST /v1/messages HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400, 'bad_request'],
  ['two hosts', `GET /v1/messages HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n`, 400, 'bad_host'],
  ['no host', 'GET /v1/messages HTTP/1.1\r\n\r\n', 400, 'bad_host'],
  ['another host than the server name', 'GET /v1/messages HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421, 'host_mismatch'],
  ['dot segments', `GET /v1/models/../messages HTTP/1.1\r\n${host}\r\n`, 400, 'bad_path'],
  ['an absolute target', `GET https://evil.example/ HTTP/1.1\r\n${host}\r\n`, 400, 'bad_path'],
  ['TRACE', `TRACE /v1/messages HTTP/1.1\r\n${host}\r\n`, 405, 'method'],
  ['CONNECT', `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`, 405, 'method'],
  ['a WebSocket', `GET /v1/messages HTTP/1.1\r\n${host}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`, 501, 'upgrade'],
  ['an expectation that is none', `POST /v1/messages HTTP/1.1\r\n${host}Expect: tea\r\nContent-Length: 0\r\n\r\n`, 417, 'expectation'],
  ['huge headers', `GET /v1/messages HTTP/1.1\r\n${host}X: ${'a'.repeat(40_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ['a thousand headers', `GET /v1/messages HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(1000)}\r\n`, 431, 'headers_too_large'],
  ['garbage', '\0\x01\x02 this is not HTTP\r\n\r\n', 400, 'bad_request'],
];
for (const [what, bytes, expected, code] of attacks) {
  test.serial(`P4 ${what} is refused and recorded once, and nothing of it is forwarded`, async (t) => {
    const [requests, logs] = [to.requests.length, rig.logs.length];
    const bytesWithClose = bytes.replace('HTTP/1.1\r\n', 'HTTP/1.1\r\nConnection: close\r\n');
    const answer = await exchangeRaw(port, what === 'a WebSocket' ? bytes.replace('upgrade\r\n', 'upgrade, close\r\n') : bytesWithClose);
    t.deepEqual([status(answer), refusal(answer)], [expected, code], answer);
    t.like(bodyOf(answer), { type: 'error' });
    t.is(to.requests.length, requests);
    while (rig.logs.length === logs) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 60));
    t.is(rig.logs.length, logs + 1, JSON.stringify(rig.logs.slice(logs).map(bodyText)));
  });
}

test.serial('P5 the secret is in no log line, span, record or answer', (t) => {
  t.true(rig.logs.length > 20);
  t.false(JSON.stringify([rig.logs, rig.spans]).includes(secret));
  t.false(rig.stderr.includes(secret));
});
