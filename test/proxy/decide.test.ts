// The pure deciders: globs, host names, addresses, names, admission, request shape, routes.
import test from 'ava';
import { isPublic } from '../../proxy/addresses.ts';
import { admit, mayResolve } from '../../proxy/admit.ts';
import { compileGlob } from '../../proxy/glob.ts';
import { hostname, parseAuthority } from '../../proxy/hostname.ts';
import { modelIn } from '../../proxy/model.ts';
import { isSynthetic, Names } from '../../proxy/names.ts';
import { livePolicy } from '../../proxy/policy.ts';
import { providerOf, routeCovers } from '../../proxy/providers/list.ts';
import { refusalBody } from '../../proxy/refusals.ts';
import { normalise } from '../../proxy/steps/normalise.ts';
import { needsModel, route } from '../../proxy/steps/route.ts';
import { gateway, policyOf } from './rig.ts';

test('a glob matches as path.Match does: a star stays within one segment', (t) => {
  const rows: [string, string, boolean][] = [
    ['/v1/messages', '/v1/messages', true], ['/v1/*', '/v1/messages', true], ['/v1/*', '/v1/messages/batches', false], ['/*/*', '/v1/messages', true],
    ['*', '/v1', false], ['claude-*', 'claude-haiku-4-5', true], ['claude-?', 'claude-3', true], ['claude-?', 'claude-', false], ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false], ['a\\*b', 'a*b', true], ['a\\*b', 'axb', false], ['a.c', 'abc', false], ['*a*b*c*', 'xxaxxbxxcxx', true], ['', '', true], ['', 'x', false],
  ];
  for (const [glob, text, expected] of rows) t.is(compileGlob(glob)?.(text), expected, `${glob} on ${text}`);
});

test('P8 a malformed glob matches nothing', (t) => {
  for (const glob of ['[', '[]', '[a', 'a\\', '[z-a]', '[-a]', '[a-]']) t.is(compileGlob(glob), undefined, glob);
  const [entry] = [...livePolicy(policyOf({ routes: [{ route: 'a/b', provider: 'anthropic', endpoints: ['[', '\\'] }] })).gateways.values()];
  t.is(entry && route(entry, 'api.anthropic.com', '/v1/messages', undefined).kind, 'refused');
});

test('a hostile glob and text cost little', (t) => {
  t.false(compileGlob(`${'*a'.repeat(400)}b`)?.('a'.repeat(2000)));
});

test('a host name is compared in one form, and what is no host name is refused', (t) => {
  t.is(hostname('API.Anthropic.COM.'), 'api.anthropic.com');
  for (const bad of ['', '.', 'a..b', '-a.b', 'a b', 'a/b', 'a\0b', '1.2.3.4', '::1', '127.1', '0x7f.1', `${'a'.repeat(64)}.b`, 'a.'.repeat(130), 'ä.de', '*.x']) t.is(hostname(bad), undefined, bad);
  t.deepEqual(parseAuthority('x.y:8443'), { host: 'x.y', port: 8443 });
  t.deepEqual(parseAuthority('[2001:db8::1]:443'), { host: '2001:db8::1', port: 443 });
  for (const bad of ['', ':443', 'x:0', 'x:99999', 'x:', 'a@b', 'a b', 'x/y', 'x?y', '[::1', 'x:1:2']) t.is(parseAuthority(bad), undefined, bad);
});

test('P3 only public addresses may be dialled', (t) => {
  for (const open of ['1.1.1.1', '160.79.104.10', '2606:4700::1111']) t.true(isPublic(open), open);
  const closed = [
    '127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1', '192.0.2.1',
    '168.63.129.16', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:8.8.8.8', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001::1', '2001:db8::1', 'x', '',
  ];
  for (const address of closed) t.false(isPublic(address), address);
});

test('a name keeps its synthetic address, and the map of one sandbox is bounded', (t) => {
  const names = new Names(3);
  const first = names.addressOf('a.example');
  t.true(isSynthetic(first));
  t.is(names.addressOf('a.example'), first);
  for (const name of ['b.example', 'c.example', 'a.example', 'd.example']) names.addressOf(name);
  t.is(names.size, 3);
  t.is(names.nameOf(first), 'a.example');
  t.is(['b', 'c', 'd'].filter((c) => names.nameOf(names.addressOf(`${c}.example`)) === `${c}.example`).length, 3);
  const addresses = new Set(Array.from({ length: 1000 }, (_, i) => names.addressOf(`n${i}.example`)));
  t.is(addresses.size, 1000);
});

const live = livePolicy(policyOf());
const arrival = { gateway: gateway.gateway, address: '198.18.0.1', port: 443, name: 'api.anthropic.com', opening: { kind: 'tls', serverName: 'api.anthropic.com' } } as const;

test('P2 without a policy, or without one for its gateway, a connection is refused', (t) => {
  t.like(admit(arrival, undefined), { kind: 'refuse', reason: 'no_policy' });
  t.like(admit({ ...arrival, gateway: 'default/other' }, live), { kind: 'refuse', reason: 'policy' });
});

test('P4 server name and synthetic name must agree', (t) => {
  t.like(admit(arrival, live), { kind: 'intercept', host: 'api.anthropic.com', scheme: 'https' });
  t.like(admit({ ...arrival, opening: { kind: 'tls', serverName: 'evil.example' } }, live), { kind: 'refuse', reason: 'name_mismatch' });
  t.like(admit({ ...arrival, opening: { kind: 'tls', serverName: 'bad name' } }, live), { kind: 'refuse', reason: 'server_name' });
  t.like(admit({ ...arrival, opening: { kind: 'tls', serverName: undefined } }, live), { kind: 'intercept', host: 'api.anthropic.com' });
  t.like(admit({ ...arrival, name: undefined }, live), { kind: 'refuse', reason: 'unknown_address' });
  t.like(admit({ ...arrival, address: '1.1.1.1', name: undefined }, live), { kind: 'intercept', host: 'api.anthropic.com' });
});

test('a listener with a port beats one without, and no listener means no traffic', (t) => {
  const listeners = [{ name: 'a', shape: 'http', port: 80 }, { name: 'b', shape: 'tls-terminate' }] as const;
  const policy = livePolicy(policyOf({ listeners }));
  const plain = { ...arrival, opening: { kind: 'plain' } } as const;
  t.like(admit({ ...plain, port: 80 }, policy), { kind: 'intercept', scheme: 'http' });
  t.like(admit({ ...arrival, port: 80 }, policy), { kind: 'refuse', reason: 'shape' });
  t.like(admit(plain, policy), { kind: 'refuse', reason: 'shape' });
  t.like(admit(arrival, livePolicy(policyOf({ listeners: [] }))), { kind: 'refuse', reason: 'no_listener' });
});

test('deny-all resolves the hosts of attached providers only, allow-all any name', (t) => {
  const [closed] = [...live.gateways.values()];
  const [open] = [...livePolicy(policyOf({ defaultPolicy: 'allow-all', routes: [] })).gateways.values()];
  t.true(mayResolve(closed, 'api.anthropic.com', routeCovers));
  t.false(mayResolve(closed, 'example.com', routeCovers));
  t.true(mayResolve(open, 'example.com', routeCovers));
  t.false(mayResolve(undefined, 'example.com', routeCovers));
});

const head = (rawHeaders: readonly string[], change: object = {}) => ({ method: 'POST', target: '/v1/messages', httpVersion: '1.1', rawHeaders, ...change });
const opened = { scheme: 'https', host: 'api.anthropic.com', port: 443 } as const;

test('P4 a request whose authority, path or framing could be read in two ways is refused', (t) => {
  const host = ['Host', 'api.anthropic.com'];
  t.like(normalise(head(host), opened), { host: 'api.anthropic.com', path: '/v1/messages', authority: 'api.anthropic.com' });
  t.like(normalise(head(['host', 'API.anthropic.com:443']), opened), { host: 'api.anthropic.com' });
  const rows: [readonly string[], object, string][] = [
    [[], {}, 'bad_host'], [[...host, ...host], {}, 'bad_host'], [['Host', 'evil.example'], {}, 'host_mismatch'], [['Host', 'api.anthropic.com:80'], {}, 'host_mismatch'],
    [host, { method: 'TRACE' }, 'method'], [host, { target: '/a/../b' }, 'bad_path'], [host, { target: '/a/%2e%2E/b' }, 'bad_path'], [host, { target: '/a%2f..%2fb' }, 'bad_path'],
    [host, { target: '/..;/b' }, 'bad_path'], [host, { target: 'https://evil.example/' }, 'bad_path'], [host, { target: '*' }, 'bad_path'], [host, { target: '/a\\b' }, 'bad_path'],
    [[...host, 'Content-Length', '3', 'Transfer-Encoding', 'chunked'], {}, 'bad_request'], [[...host, 'Content-Length', '3', 'content-length', '3'], {}, 'bad_request'],
    [[...host, 'Transfer-Encoding', 'gzip, chunked'], {}, 'bad_request'], [[...host, 'Content-Length', '+3'], {}, 'bad_request'], [[...host, 'Upgrade', 'websocket'], {}, 'upgrade'],
    [[...host, 'Expect', 'tea'], {}, 'expectation'], [[...host, ...Array.from({ length: 260 }, (_, i) => `x${i}`)], {}, 'headers_too_large'],
  ];
  for (const [raw, change, code] of rows) t.is(normalise(head(raw, change), opened), code as never, JSON.stringify([raw.slice(0, 6), change]));
});

test('the first route entry that matches wins, and the model counts where an entry names models', (t) => {
  const routes = [
    { route: 'a/haiku', provider: 'anthropic', endpoints: ['/v1/messages'], models: ['claude-haiku-*'] },
    { route: 'a/count', provider: 'anthropic', endpoints: ['/v1/messages/*'] },
    { route: 'a/openai', provider: 'openai' },
  ];
  const [entry] = [...livePolicy(policyOf({ routes })).gateways.values()];
  if (entry === undefined) return t.fail();
  const found = (host: string, path: string, model?: string): string => {
    const routed = route(entry, host, path, model);
    return routed.kind === 'matched' ? routed.entry.route : routed.kind === 'refused' ? routed.code : routed.kind;
  };
  t.is(found('api.anthropic.com', '/v1/messages', 'claude-haiku-4-5'), 'a/haiku');
  t.is(found('api.anthropic.com', '/v1/messages', 'claude-opus-4'), 'request');
  t.is(found('api.anthropic.com', '/v1/messages'), 'request');
  t.is(found('api.anthropic.com', '/v1/messages/count_tokens'), 'a/count');
  t.is(found('api.openai.com', '/anything'), 'a/openai');
  t.is(found('example.com', '/'), 'host');
  t.true(needsModel(entry, 'api.anthropic.com', '/v1/messages'));
  t.false(needsModel(entry, 'api.openai.com', '/v1/messages'));
});

test('P4 a path that a server could read as another one matches no endpoint', (t) => {
  const [entry] = [...livePolicy(policyOf({ routes: [{ route: 'a/b', provider: 'anthropic', endpoints: ['/v1/*'] }, { route: 'a/c', provider: 'aws_bedrock', endpoints: ['/model/*/converse'] }] })).gateways.values()];
  if (entry === undefined) return t.fail();
  const kind = (path: string, host = 'api.anthropic.com') => route(entry, host, path, undefined).kind;
  for (const plain of ['/v1/messages', '/v1/a%20b', '/v1/%C3%A4', '/v1/a%3Ab']) t.is(kind(plain), 'matched', plain);
  for (const bent of ['/v1/organizations%2fapi_keys', '/v1/organizations%2Fapi_keys', '/v1/a%5cb', '/v1/%252e%252e', '/v1/messages%00', '/v1/%c0%ae%c0%ae', '/v1/%ff', '/v1/%', '/v1/%u002e']) t.is(kind(bent), 'refused', bent);
  const bedrock = 'bedrock-runtime.eu-central-1.amazonaws.com';
  t.is(kind('/model/arn%3Aaws%3Abedrock%3Aeu%3A1%3Ainference-profile%2Fx/converse', bedrock), 'matched');
  t.is(kind('/model/x%00/converse%2f', bedrock), 'refused');
});

test('P4 the model of a body is its top-level one, and two of them are ambiguous', (t) => {
  const model = (text: string) => modelIn(Buffer.from(text));
  t.deepEqual(model('{"messages":[{"model":"x"}],"a":"\\"model\\":\\"y\\"", "model" : "claude"}'), { kind: 'model', model: 'claude' });
  const twice = ['{"model":"a","mod\\u0065l":"b"}', '{"model":"a","Model":"b"}', '{"MODEL":"a","model":"b"}', '{"model":"a","model":null}', '{"model":null,"model":"a"}', '{"model":{},"x":1,"model":"a"}', '{"model":"a","model":["b"]}'];
  for (const text of twice) t.deepEqual(model(text), { kind: 'ambiguous' }, text);
  t.deepEqual(model('{"model":{"model":"x"},"a":"b"}'), { kind: 'none' });
  for (const none of ['', '[]', '[{"model":"x"}]', '{"a":{"model":"x"}}', '{"model":1}', '"model"', '{{{{', '}}}}']) t.is(model(none).kind, 'none', none);
  t.deepEqual(model('{"model":"claude","messages":[{"content":"cut of'), { kind: 'model', model: 'claude' });
});

test('a refusal speaks the dialect of the provider it stands in for', (t) => {
  const refused = { code: 'request', detail: 'route default/anthropic' } as const;
  t.like(JSON.parse(refusalBody(refused, 'anthropic')), { type: 'error', error: { type: 'permission_error' } });
  t.like(JSON.parse(refusalBody(refused, 'openai')), { error: { type: 'invalid_request_error', code: 'request' } });
  t.like(JSON.parse(refusalBody(refused, 'google')), { error: { code: 403, status: 'PERMISSION_DENIED' } });
  t.regex((JSON.parse(refusalBody(refused, 'plain')) as { error: string }).error, /route default\/anthropic$/);
  t.is(providerOf('x.openai.azure.com')?.name, 'azure_openai');
  t.is(providerOf('bedrock-runtime.eu-central-1.amazonaws.com')?.name, 'aws_bedrock');
  t.is(providerOf('api.anthropic.com.evil.example'), undefined);
});
