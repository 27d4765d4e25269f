// Where a credential goes, and what may not go beside it.
import test from 'ava';
import { agentSocket, exchangeRaw, readAll } from './agent.ts';
import { policyOf, Rig, secret } from './rig.ts';
import { upstream, type Upstream } from './upstream.ts';

const anthropic = 'api.anthropic.com';
const evil = 'evil.example';
const azure = 'attacker.openai.azure.com';
const rig = new Rig();
const to: Record<string, Upstream> = {};
let port = 0;
test.before(async () => {
  for (const host of [anthropic, evil, azure]) to[host] = await upstream((_request, response) => response.end('{}'), host);
  await rig.begin({ policy: policyOf(), upstreams: Object.fromEntries(Object.entries(to).map(([host, up]) => [host, up.port])) });
  ({ port } = await rig.admit());
});
test.after.always(async () => {
  await rig.stop();
  for (const up of Object.values(to)) up.close();
});

let versions = 0;
const swap = (change: Parameters<typeof policyOf>[0]) => rig.swap(policyOf(change, `c${++versions}`));
const present = { state: 'present', value: secret } as const;
const ofGateway = { policy: 'default/wide', scope: { kind: 'gateway' }, header: 'x-api-key', secret: present } as const;
const ofRoute = { policy: 'default/narrow', scope: { kind: 'route', route: 'default/open' }, header: 'x-api-key', secret: present } as const;

/** The answer's status and refusal, and what the upstream got. */
async function call(host: string, path = '/v1/messages', ...headers: string[]) {
  const before = to[host]?.requests.length ?? 0;
  const answer = await exchangeRaw(port, [`POST ${path} HTTP/1.1`, `Host: ${host}`, 'Content-Length: 2', 'Connection: close', ...headers, '', '{}'].join('\r\n'), host);
  const got = to[host]?.requests.slice(before) ?? [];
  return { said: [answer.slice(9, 12), /x-clrk-refusal: (\w+)/.exec(answer)?.[1]].filter((p) => p !== undefined).join(' '), body: answer, sent: got.map((r) => [r.url, ...r.rawHeaders].join(' ')).join() };
}

test.serial('P6 a credential of a route that covers hosts of anybody is sent to none of them', async (t) => {
  for (const [provider, host] of [['custom', evil], ['azure_openai', azure], ['custom', anthropic]] as const) {
    await swap({ routes: [{ route: 'default/open', provider }], credentials: [ofRoute] });
    const { said, body, sent } = await call(host);
    t.is(said, '403 credential_host', provider);
    t.regex(body, /policy default\/narrow, host /);
    t.is(sent, '');
  }
});

test.serial('P6 a credential of a gateway goes only with calls that match a route to a known host, and the agent\'s own does not go in its place', async (t) => {
  await swap({ defaultPolicy: 'allow-all', credentials: [ofGateway] });
  t.true((await call(anthropic)).sent.includes(secret));
  const elsewhere = await call(evil, '/', 'X-Api-Key: mine', 'X_API_KEY: mine', 'Authorization: ours');
  t.is(elsewhere.said, '200');
  t.false(elsewhere.sent.includes(secret));
  t.false(elsewhere.sent.includes('mine'));
  t.true(elsewhere.sent.includes('ours'));
  t.false((await call(anthropic, '/v1/other')).sent.includes(secret));
  await swap({ routes: [{ route: 'default/open', provider: 'custom' }], credentials: [ofGateway] });
  const custom = await call(evil);
  t.deepEqual([custom.said, custom.sent.includes(secret)], ['200', false]);
});

test.serial('P6 no other credential of the agent goes out beside the real one, in headers or in the query', async (t) => {
  await swap({});
  const { said, sent } = await call(anthropic, '/v1/messages?beta=true&key=mine&Api%5fKey=mine&access_token=mine', 'Authorization: Bearer mine', 'Anthropic_Api_Key: mine', 'Cookie: mine', 'X-Api-Key: mine', 'Api-Key: mine', 'X-Goog-Api-Key: mine');
  t.is(said, '200');
  t.false(sent.includes('mine'), sent);
  t.true(sent.startsWith('/v1/messages?beta=true '));
  t.true(sent.includes(secret));
});

test.serial('P1 a call that was allowed while its body still came is judged again by the policy that is in effect when it goes', async (t) => {
  for (const models of [undefined, ['claude-*']]) {
    await swap({ routes: [{ route: 'default/anthropic', provider: 'anthropic', ...(models === undefined ? {} : { models }) }] });
    const before = to[anthropic]?.requests.length;
    const socket = await agentSocket(port);
    const all = readAll(socket);
    const body = '{"model":"claude-haiku-4-5"}';
    socket.write(`POST /v1/messages HTTP/1.1\r\nHost: ${anthropic}\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`);
    // It has been judged, or waits to be, once the proxy asks for the body.
    await new Promise((resolve) => socket.once('data', resolve));
    await rig.swap({ version: `gone${++versions}`, gateways: [] });
    socket.write(body);
    t.regex(await all, /HTTP\/1\.1 503 [^]*no_policy/);
    t.is(to[anthropic]?.requests.length, before);
  }
});
