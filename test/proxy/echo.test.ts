// An upstream that shows the credential it was sent: nothing of it may reach the telemetry.
import test from 'ava';
import type { ServerResponse } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { exchangeRaw, messageRequest } from './agent.ts';
import { policyOf, Rig, secret, until } from './rig.ts';
import { upstream } from './upstream.ts';

const json = { 'content-type': 'application/json' };
const echoes: readonly [string, (response: ServerResponse) => void][] = [
  ['as the model of a reply', (r) => r.writeHead(200, json).end(JSON.stringify({ model: secret, usage: { input_tokens: 1 } }))],
  ['as the model of a stream', (r) => r.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: {"message":{"model":"${secret}","usage":{"input_tokens":1}}}\n\n`)],
  ['as the name of a header', (r) => r.writeHead(200, { ...json, [`x-${secret}`]: 'v', [`x-${secret.toUpperCase()}`]: 'v' }).end('{}')],
  ['in the base64 of a header', (r) => r.writeHead(200, { ...json, 'x-echo': `Basic ${Buffer.from(`u:${secret}`).toString('base64')}` }).end('{}')],
  ['in the base64 of a body', (r) => r.writeHead(200, json).end(JSON.stringify({ h: Buffer.from(`x-api-key: ${secret}`).toString('base64') }))],
  ['packed, and said to be plain first', (r) => r.writeHead(200, ['content-type', 'application/json', 'content-encoding', 'identity', 'content-encoding', 'gzip']).end(gzipSync(`${secret} and more`))],
  ['packed without a label', (r) => r.writeHead(200, json).end(gzipSync(`${secret} and more`))],
];

test('P5 a credential that an upstream echoes reaches no record, wherever it stands', async (t) => {
  let echo: (response: ServerResponse) => void = () => undefined;
  const to = await upstream((_request, response) => echo(response));
  t.teardown(() => to.close());
  const capture = { maxBytes: 65_536, includeContentTypes: ['application/json', 'text/'] };
  const rig = await Rig.start(t, { policy: policyOf({ captureBody: capture }), upstreams: { 'api.anthropic.com': to.port } });
  const { port } = await rig.admit();
  for (const [index, [where, answer]] of echoes.entries()) {
    echo = answer;
    await exchangeRaw(port, messageRequest());
    await until(() => rig.spans.length > index && rig.logs.length > index, 'the span and the record');
    const told = JSON.stringify([rig.spans[index], rig.logs[index]]);
    t.false(told.toLowerCase().includes(secret), where);
    // Bodies are told in base64; what they hold may be base64 or packed again.
    const decoded = (text: string): Buffer[] => (text.match(/[A-Za-z0-9+/=]{16,}/g) ?? []).map((part) => Buffer.from(part, 'base64'));
    const bodies = decoded(told);
    for (const bytes of [...bodies, ...bodies.flatMap((b) => decoded(b.toString('latin1'))), ...bodies.filter((b) => b.readUInt16BE(0) === 0x1f8b).map((b) => gunzipSync(b))]) t.false(bytes.includes(secret), where);
  }
});
