// Which model a call is for: what the policy judges must be what the upstream runs.
import test from 'ava';
import { gzipSync } from 'node:zlib';
import { exchangeRaw } from './agent.ts';
import { policyOf, Rig, secret } from './rig.ts';
import { upstream, type Upstream } from './upstream.ts';

const google = 'generativelanguage.googleapis.com';
const bedrock = 'bedrock-runtime.us-east-1.amazonaws.com';
const azure = 'victim.openai.azure.com';
const anthropic = 'api.anthropic.com';
const credential = (route: string, header: string) => ({ policy: 'default/key', scope: { kind: 'route', route } as const, header, secret: { state: 'present', value: secret } as const });
const routes = [
  { route: 'default/anthropic', provider: 'anthropic', models: ['claude-haiku-*'] },
  { route: 'default/google', provider: 'google_genai', models: ['gemini-flash*'] },
  { route: 'default/azure', provider: 'azure_openai', models: ['gpt-mini'] },
  { route: 'default/bedrock', provider: 'aws_bedrock', models: ['anthropic.haiku*', 'arn:aws:bedrock:eu:1:inference-profile/haiku'] },
];
const credentials = [credential('default/anthropic', 'x-api-key'), credential('default/google', 'x-goog-api-key'), credential('default/bedrock', 'authorization')];

const rig = new Rig();
const to: Record<string, Upstream> = {};
let port = 0;
test.before(async () => {
  for (const host of [anthropic, google, azure, bedrock]) to[host] = await upstream((_request, response) => response.end('{}'), host);
  await rig.begin({ policy: policyOf({ routes, credentials }), upstreams: Object.fromEntries(Object.entries(to).map(([host, up]) => [host, up.port])) });
  ({ port } = await rig.admit());
});
test.after.always(async () => {
  await rig.stop();
  for (const up of Object.values(to)) up.close();
});

/** The status of the answer; a refused call must not have reached its upstream. */
async function call(host: string, path: string, body: string | Buffer, extra: readonly string[] = []): Promise<string> {
  const before = to[host]?.requests.length ?? 0;
  const text = body.toString('latin1');
  const answer = await exchangeRaw(port, [`POST ${path} HTTP/1.1`, `Host: ${host}`, `Content-Length: ${text.length}`, 'Connection: close', ...extra, '', text].join('\r\n'), host);
  const code = answer.slice(9, 12);
  if (code !== '200' && to[host]?.requests.length !== before) return `${code}, but it was sent`;
  return [code, /x-clrk-refusal: (\w+)/.exec(answer)?.[1]].filter((p) => p !== undefined).join(' ');
}

test.serial('P4 where the path names the model, no body changes what is judged, in no spelling of the path', async (t) => {
  t.is(await call(google, '/v1beta/models/gemini-flash:generateContent', '{}'), '200');
  t.is(await call(google, '/v1beta/models/gemini-flash%3AgenerateContent', '{}'), '200');
  t.is(await call(google, '/v1beta/openai/chat/completions', '{"model":"gemini-flash"}'), '200');
  t.is(await call(azure, '/openai/deployments/gpt-mini/chat/completions', '{}'), '200');
  t.is(await call(bedrock, '/model/anthropic.haiku-v1%3A0/converse', '{}'), '200');
  t.is(await call(bedrock, '/model/arn%3Aaws%3Abedrock%3Aeu%3A1%3Ainference-profile%2Fhaiku/converse', '{}'), '200');
  const bypasses: [string, string, string][] = [
    ...['/v1beta/models/gemini-ultra:generateContent', '/v1beta/models/gemini-ultra%3AgenerateContent', '/v1beta%2fmodels%2fgemini-ultra:generateContent', '/v1beta/models/gemini-ultra:generateContent/',
      '/v1beta/tunedModels/mine:generateContent', '/v1beta/models/gemini-ultra:generateContent%0a', '/v1beta/models/gemini-ultra:generateContent%ff'].map((path): [string, string, string] => [google, path, 'gemini-flash']),
    ...['/openai/deployments/gpt-5/chat/completions', '/openai/Deployments/gpt-5/chat/completions', '/openai/deployments%2fgpt-5/chat/completions'].map((path): [string, string, string] => [azure, path, 'gpt-mini']),
    ...['/model/anthropic.opus/converse', '/model/anthropic.opus%0a/converse', '//model/anthropic.opus/converse', '/model%2fanthropic.opus/converse'].map((path): [string, string, string] => [bedrock, path, 'anthropic.haiku']),
  ];
  for (const [host, path, model] of bypasses) t.is(await call(host, path, JSON.stringify({ model })), '403 request', path);
});

test.serial('P4 a request with two content codings is refused: its body could be read in two ways', async (t) => {
  const packed = gzipSync('{"model":"claude-opus-4"}');
  // A name of a file in the head of the gzip format, which is a body of JSON to who does not decode.
  const both = Buffer.concat([packed.subarray(0, 3), Buffer.from([8]), packed.subarray(4, 10), Buffer.from('{"model":"claude-haiku-4"}\0'), packed.subarray(10)]);
  t.is(await call(anthropic, '/v1/messages', both, ['Content-Encoding: identity', 'Content-Encoding: gzip']), '400 bad_request');
  t.is(await call(anthropic, '/v1/messages', both, ['Content-Encoding: gzip']), '403 request');
});

test.serial('P4 a body where a server expects none is the last thing on its connection, so that it is not read as the next request', async (t) => {
  await rig.swap(policyOf({ requestTimeoutMs: 10_000 }, 'any-model'));
  const send = async (method: string): Promise<readonly string[]> => {
    const answer = await exchangeRaw(port, `${method} /v1/messages HTTP/1.1\r\nHost: ${anthropic}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`);
    t.is(answer.slice(9, 12), '200');
    return (to[anthropic]?.requests.at(-1)?.rawHeaders ?? []).map((text) => text.toLowerCase());
  };
  for (const method of ['GET', 'DELETE', 'OPTIONS', 'SEARCH']) {
    const headers = await send(method);
    t.is(headers[headers.indexOf('connection') + 1], 'close', method);
  }
  const headers = await send('POST');
  t.is(headers[headers.indexOf('connection') + 1], 'keep-alive');
});
