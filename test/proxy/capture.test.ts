// What is kept of bodies: usage, bounded captures, redaction.
import test from 'ava';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Gather } from '../../proxy/gather.ts';
import { livePolicy } from '../../proxy/policy.ts';
import { Redactor } from '../../proxy/redact.ts';
import { summary } from '../../proxy/summary.ts';
import { Tap } from '../../proxy/tap.ts';
import { UsageScanner, usageOf } from '../../proxy/usage.ts';
import { inject, withoutKeys } from '../../proxy/steps/credentials.ts';
import { messageReply } from './agent.ts';
import { policyOf, secret } from './rig.ts';

const credentials = [...livePolicy(policyOf()).gateways.values()][0]?.credentials ?? [];
const redactor = new Redactor(credentials);
const stream = [
  'event: message_start', `data: {"type":"message_start","message":{"model":"claude-haiku-4-5","usage":{"input_tokens":12,"output_tokens":1}}}`, '',
  'event: content_block_delta', 'data: {"type":"content_block_delta","delta":{"text":"the \\"usage\\": {\\"output_tokens\\": 999}"}}', '',
  'event: message_delta', 'data: {"type":"message_delta","usage":{"output_tokens":24}}', '', 'data: {"type":"message_stop"}', '', '',
].join('\n');

test('usage of an event stream is the same however it is cut into chunks', (t) => {
  for (const size of [1, 2, 3, 7, 50, 1000]) {
    const scanner = new UsageScanner();
    for (let at = 0; at < stream.length; at += size) scanner.add(Buffer.from(stream.slice(at, at + size)));
    t.deepEqual(scanner.usage, { inputTokens: 12, outputTokens: 24, model: 'claude-haiku-4-5' }, `${size}`);
  }
});

test('an endless line in a stream is skipped and holds no memory', (t) => {
  const scanner = new UsageScanner();
  for (let i = 0; i < 40; i++) scanner.add(Buffer.alloc(65_536, 0x61));
  scanner.add(Buffer.from(`\n${stream}`));
  t.is(scanner.usage.outputTokens, 24);
});

test('usage of every provider shape is read, and nonsense is none', (t) => {
  t.deepEqual(usageOf({ model: 'gpt', usage: { prompt_tokens: 3, completion_tokens: 4 } }), { model: 'gpt', inputTokens: 3, outputTokens: 4 });
  t.deepEqual(usageOf({ response: { model: 'gpt', usage: { input_tokens: 3, output_tokens: 4 } } }), { model: 'gpt', inputTokens: 3, outputTokens: 4 });
  t.deepEqual(usageOf({ modelVersion: 'gemini', usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 } }), { model: 'gemini', inputTokens: 3, outputTokens: 4 });
  t.deepEqual(usageOf({ usage: { inputTokens: 3, outputTokens: 4 } }), { inputTokens: 3, outputTokens: 4 });
  for (const none of [null, 1, 'x', [], {}, { usage: 'x' }, { usage: { input_tokens: -1, output_tokens: 1e99 } }]) t.deepEqual(usageOf(none), {});
});

test('a gather keeps its first or last bytes and no more', (t) => {
  for (const keep of ['first', 'last'] as const) {
    const gather = new Gather(10, keep);
    for (const part of ['abc', 'defghi', 'j', 'klmnopqrstuvwxyz'.slice(0, 9), 'Z']) gather.add(Buffer.from(part));
    t.is(gather.bytes().toString(), keep === 'first' ? 'abcdefghij' : 'klmnopqrsZ');
    t.true(gather.truncated);
  }
});

async function captured(body: Buffer, contentType: string, maxBytes: number, contentEncoding?: string) {
  const tap = new Tap({ contentType, contentEncoding, redactor, wantsUsage: true, capture: { maxBytes, includeContentTypes: ['application/json', 'text/event-stream'] } });
  for (let at = 0; at < body.length; at += 100) tap.add(body.subarray(at, at + 100));
  return tap.finish();
}

test('a packed reply is decoded for usage and for export', async (t) => {
  const json = Buffer.from(JSON.stringify(messageReply));
  for (const [encoding, packed] of Object.entries({ gzip: gzipSync(json), br: brotliCompressSync(json), zstd: zstdCompressSync(json) })) {
    const { usage, captured: body } = await captured(packed, 'application/json', 65_536, encoding);
    t.is(usage.outputTokens, 24, encoding);
    t.is(Buffer.from(body?.base64 ?? '', 'base64').toString(), json.toString());
    t.is(body?.contentEncoding, encoding);
  }
  const sse = await captured(gzipSync(Buffer.from(stream)), 'text/event-stream', 65_536, 'gzip');
  t.is(sse.usage.outputTokens, 24);
});

test('a bomb, a damaged body and an unknown encoding are not exported and do no harm', async (t) => {
  t.is((await captured(gzipSync(Buffer.alloc(64 * 1_048_576)), 'application/json', 100, 'gzip')).captured, undefined);
  t.is((await captured(Buffer.from('no gzip'), 'application/json', 100, 'gzip')).captured, undefined);
  t.is((await captured(Buffer.from('{}'), 'application/json', 100, 'rot13')).captured, undefined);
});

test('P5 a secret that an upstream echoes is cut out of captures, also where the bound would cut it in two', async (t) => {
  const text = `${'x'.repeat(80)}${secret}${'y'.repeat(200)}`;
  const parts = Array.from({ length: secret.length - 5 }, (_, i) => secret.slice(i, i + 6));
  for (const type of ['application/json', 'text/event-stream']) {
    for (let max = 1; max < text.length + 5; max++) {
      const { captured: body } = await captured(Buffer.from(text), type, max);
      const shown = Buffer.from(body?.base64 ?? '', 'base64').toString();
      t.false(parts.some((part) => shown.includes(part)), `${type} ${max}: ${shown}`);
      t.true(shown.length <= max);
    }
  }
});

test('P5 credential headers are redacted by name, and secrets in any header by value', (t) => {
  for (const name of ['Authorization', 'Proxy-Authorization', 'Cookie', 'Set-Cookie', 'X-Api-Key', 'X-Auth-Token', 'OpenAI-Api-Key', 'Anthropic-Api-Key']) t.is(redactor.header(name, 'v'), '[redacted]');
  t.is(redactor.header('x-echo', `you sent ${secret}!`), 'you sent [redacted]!');
  t.is(redactor.header('x-echo', Buffer.from(secret).toString('base64')), '[redacted]');
  t.is(redactor.url('https://h/p?a=1&key=AIza&b=2'), 'https://h/p?a=1&key=[redacted]&b=2');
});

test('P5 a secret is found inside longer base64, and in the name of a header', (t) => {
  for (const around of ['', 'u:', 'usr:', '{"k":"', 'x-api-key: ']) {
    for (const encoding of ['base64', 'base64url'] as const) {
      const shown = redactor.text(Buffer.from(`${around}${secret}>>>???`).toString(encoding)).replace('[redacted]', '');
      t.true(shown.length < 4 + Math.ceil((around.length + 6) * 1.5), `${around} ${shown}`);
      t.false(Buffer.from(shown, encoding).includes(secret.slice(2, -2)));
    }
  }
  t.is(redactor.headerName(`X-${secret.toUpperCase()}`), '[redacted]');
  t.is(redactor.headerName('X-Fine'), 'x-fine');
});

test('P5 a packed body without a label is not exported', async (t) => {
  for (const packed of [gzipSync(secret), zstdCompressSync(secret), deflateSync(secret)]) t.is((await captured(packed, 'application/json', 65_536)).captured, undefined);
  t.is((await captured(gzipSync(gzipSync(secret)), 'application/json', 65_536, 'gzip')).captured, undefined);
  t.not((await captured(Buffer.from('{}'), 'application/json', 65_536)).captured, undefined);
});

test('P6 what the agent sent in the place of a credential is removed in every spelling', (t) => {
  const sent = inject(['Host', 'h', 'X-API-Key', 'a', 'x-api-key', 'b', 'X_Api_Key', 'c', 'accept', '*/*'], { credentials, injects: true });
  t.deepEqual(sent, ['Host', 'h', 'accept', '*/*', 'x-api-key', secret]);
  t.is(withoutKeys('/v1/x?a=1&KEY=mine&api%5Fkey=mine&b', { credentials, injects: true }), '/v1/x?a=1&b');
  t.is(withoutKeys('/v1/x?k%65y=mine', { credentials, injects: true }), '/v1/x');
  t.is(withoutKeys('/v1/x?key=mine', { credentials: [], injects: true }), '/v1/x?key=mine');
});

test('the summary line has the fields of the pane in their order', (t) => {
  const record = {
    method: 'POST', authority: 'api.anthropic.com', path: '/v1/messages', status: 200, durationMs: 540.4, requestBytes: 312, responseBytes: 1024,
    provider: 'anthropic', requestModel: 'claude-haiku-4-5', usage: { inputTokens: 12, outputTokens: 24 }, route: 'default/anthropic', redactor,
  };
  t.is(summary(record), 'POST api.anthropic.com/v1/messages 200 540ms req=312B resp=1024B provider=anthropic model=claude-haiku-4-5 input_tokens=12 output_tokens=24 route=default/anthropic');
  t.is(summary({ ...record, provider: undefined, requestModel: 'a b\n', usage: {}, route: undefined }), 'POST api.anthropic.com/v1/messages 200 540ms req=312B resp=1024B model=a_b_');
  t.regex(summary({ ...record, refused: 'credential_missing' }), /route=default\/anthropic refused=credential_missing$/, 'a refusal says why');
});
