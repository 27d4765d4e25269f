// The stand-in for api.anthropic.com, over real TLS, asked by curl and by bare sockets.
import test, { type ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { startAnthropic, type StandIn } from '../../../plugin/offline/anthropic.ts';
import { AcceptedKeys, digestOf } from '../../../plugin/offline/keys.ts';
import { issueCertificate } from '../../../proxy/x509/issue.ts';

const key = 'sk-ant-made-up-for-this-test';
const hello = { model: 'claude-haiku-4-5', max_tokens: 64, messages: [{ role: 'user', content: 'Say hello.' }] };
const headers = { 'x-api-key': key, 'anthropic-version': '2023-06-01', 'content-type': 'application/json' };

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}
interface Message {
  readonly type: string;
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly stop_reason: string;
  readonly stop_sequence: string | null;
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
}
interface Failure {
  readonly type: string;
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id: string;
}

class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'clrk-offline-'));
  readonly keys = new AcceptedKeys();
  readonly #standIn: StandIn;
  readonly authority: string;

  private constructor(standIn: StandIn, authority: string, keys: AcceptedKeys) {
    this.#standIn = standIn;
    this.authority = authority;
    this.keys = keys;
    writeFileSync(join(this.folder, 'ca.crt'), authority);
  }

  static async open(t: ExecutionContext): Promise<Bench> {
    const issuer = issueCertificate({ subject: 'offline test', usage: 'ca', days: 1 });
    const leaf = issueCertificate({ subject: 'api.anthropic.com', altNames: ['api.anthropic.com'], usage: 'server', days: 1, issuer });
    const keys = new AcceptedKeys();
    keys.add(digestOf(key));
    const bench = new Bench(await startAnthropic({ keys, ...leaf }), issuer.certificate, keys);
    t.teardown(() => bench.close());
    return bench;
  }

  get port(): number {
    return Number(this.#standIn.address.split(':')[1]);
  }

  async close(): Promise<void> {
    await this.#standIn.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async curl(args: readonly string[], input = ''): Promise<Answer> {
    const child = spawn('curl', ['-sS', '-i', '--max-time', '20', '--cacert', join(this.folder, 'ca.crt'),
      '--connect-to', `api.anthropic.com:443:127.0.0.1:${this.port}`, ...args]);
    child.stdin.on('error', () => undefined).end(input);
    const chunks: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    await new Promise((resolve) => { child.on('close', resolve); });
    const text = Buffer.concat(chunks).toString().replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
    const end = text.indexOf('\r\n\r\n');
    return { status: Number(text.slice(9, 12)), head: text.slice(0, end), body: text.slice(end + 4) || Buffer.concat(errors).toString() };
  }

  post(body: unknown, replaced: Readonly<Record<string, string | undefined>> = {}, path = '/v1/messages'): Promise<Answer> {
    const sent = Object.entries({ ...headers, ...replaced }).flatMap(([name, value]) => (value === undefined ? [] : ['-H', `${name}: ${value}`]));
    return this.curl([...sent, '--data-binary', '@-', `https://api.anthropic.com${path}`], typeof body === 'string' ? body : JSON.stringify(body));
  }
}

test('a call with the right key is answered with a message whose tokens are counted', async (t) => {
  const bench = await Bench.open(t);
  const { status, head, body } = await bench.post(hello);
  t.is(status, 200, body);
  t.regex(head, /^request-id: req_/mi);
  t.regex(head, /^content-type: application\/json/mi);
  const message = JSON.parse(body) as Message;
  t.is(message.type, 'message');
  t.is(message.content[0]?.text, 'You said: "Say hello.". This is the offline stand-in for claude-haiku-4-5; no model was asked.');
  t.is(message.stop_reason, 'end_turn');
  t.is(message.usage.input_tokens, 8, '"Say", " hell", "o", "." and four for the turn');
  t.true(message.usage.output_tokens > 0);
});

test('the same call gets the same text and counts, so a test can rely on it', async (t) => {
  const bench = await Bench.open(t);
  const [first, second] = await Promise.all([bench.post(hello), bench.post(hello)]);
  const strip = ({ body }: Answer): unknown => ({ ...(JSON.parse(body) as object), id: '' });
  t.deepEqual(strip(first), strip(second));
});

test('a streamed answer has the events of the provider, and its counts equal those of the whole answer', async (t) => {
  const bench = await Bench.open(t);
  const { head, body } = await bench.post({ ...hello, stream: true });
  t.regex(head, /^content-type: text\/event-stream/mi);
  const events = body.trim().split('\n\n').map((block) => {
    const [name, data] = block.split('\n');
    return { name: name?.replace('event: ', '') ?? '', data: JSON.parse(data?.replace('data: ', '') ?? '') as Readonly<Record<string, unknown>> };
  });
  const names = events.map(({ name }) => name);
  t.deepEqual(names.filter((name, index) => name !== names[index - 1]),
    ['message_start', 'content_block_start', 'ping', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop']);
  t.true(events.every(({ name, data }) => data['type'] === name));
  const whole = JSON.parse((await bench.post(hello)).body) as Message;
  const text = events.flatMap(({ data }) => ((data['delta'] as { text?: string } | undefined)?.text ?? []));
  t.is(text.join(''), whole.content[0]?.text ?? '');
  const start = events[0]?.data['message'] as unknown as Message;
  const end = events.at(-2)?.data as unknown as { usage: { output_tokens: number } };
  t.is(start.usage.input_tokens, whole.usage.input_tokens);
  t.is(end.usage.output_tokens, whole.usage.output_tokens);
  t.is(text.length, whole.usage.output_tokens, 'one token an event');
});

test('max_tokens and stop sequences end the answer where the provider would', async (t) => {
  const bench = await Bench.open(t);
  const cut = JSON.parse((await bench.post({ ...hello, max_tokens: 3 })).body) as Message;
  t.like(cut, { stop_reason: 'max_tokens', usage: { output_tokens: 3 } });
  const stopped = JSON.parse((await bench.post({ ...hello, stop_sequences: ['hello'] })).body) as Message;
  t.like(stopped, { stop_reason: 'stop_sequence', stop_sequence: 'hello' });
  t.is(stopped.content[0]?.text, 'You said: "Say ');
});

const refusals: readonly (readonly [string, unknown, Readonly<Record<string, string | undefined>>, number, string, RegExp])[] = [
  ['a wrong key', hello, { 'x-api-key': 'sk-ant-other' }, 401, 'authentication_error', /^invalid x-api-key$/],
  ['no key', hello, { 'x-api-key': undefined }, 401, 'authentication_error', /x-api-key header is required/],
  ['no version', hello, { 'anthropic-version': undefined }, 400, 'invalid_request_error', /anthropic-version: header is required/],
  ['a version that is no date', hello, { 'anthropic-version': 'latest' }, 400, 'invalid_request_error', /"latest" is not a valid version/],
  ['a body that is not JSON', '{"model":', {}, 400, 'invalid_request_error', /not valid JSON/],
  ['a body of an array', [], {}, 400, 'invalid_request_error', /not a JSON object/],
  ['a body that claims to be a refusal', { refused: 'x', message: 'y' }, {}, 400, 'invalid_request_error', /^model: Field required$/],
  ['brackets a million deep', `{"model":${'['.repeat(1_000_000)}`, {}, 400, 'invalid_request_error', /more than 64 levels deep/],
  ['no model', { ...hello, model: undefined }, {}, 400, 'invalid_request_error', /^model: Field required$/],
  ['a model of somebody else', { ...hello, model: 'gpt-4o' }, {}, 404, 'not_found_error', /^model: gpt-4o$/],
  ['no max_tokens', { ...hello, max_tokens: undefined }, {}, 400, 'invalid_request_error', /^max_tokens: Field required$/],
  ['max_tokens of 0', { ...hello, max_tokens: 0 }, {}, 400, 'invalid_request_error', /greater than or equal to 1/],
  ['no messages', { ...hello, messages: undefined }, {}, 400, 'invalid_request_error', /^messages: Field required$/],
  ['an empty list of messages', { ...hello, messages: [] }, {}, 400, 'invalid_request_error', /at least one message/],
  ['a role that does not exist', { ...hello, messages: [{ role: 'robot', content: 'x' }] }, {}, 400, 'invalid_request_error', /^messages\.0\.role: Input should be/],
  ['a block without text', { ...hello, messages: [{ role: 'user', content: [{ type: 'text' }] }] }, {}, 400, 'invalid_request_error', /^messages\.0\.content\.0/],
  ['a picture', { ...hello, messages: [{ role: 'user', content: [{ type: 'image' }] }] }, {}, 400, 'invalid_request_error', /not 'image'/],
  ['stream as a word', { ...hello, stream: 'yes' }, {}, 400, 'invalid_request_error', /^stream: /],
];

for (const [what, body, replaced, status, type, message] of refusals) {
  test(`${what} is refused with ${status} in the provider's own shape`, async (t) => {
    const bench = await Bench.open(t);
    const answer = await bench.post(body, replaced);
    t.is(answer.status, status, answer.body);
    const failure = JSON.parse(answer.body) as Failure;
    t.is(failure.type, 'error');
    t.is(failure.error.type, type);
    t.regex(failure.error.message, message);
    t.regex(answer.head, new RegExp(`^request-id: ${failure.request_id}`, 'mi'));
    t.false(answer.body.includes(key));
  });
}

test('another path is 404, another method 405, a body above the limit 413', async (t) => {
  const bench = await Bench.open(t);
  t.is((await bench.post(hello, {}, '/v1/complete')).status, 404);
  t.is((await bench.curl(['-H', `x-api-key: ${key}`, 'https://api.anthropic.com/v1/messages'])).status, 405);
  const large = await bench.post({ ...hello, messages: [{ role: 'user', content: 'x'.repeat(5 << 20) }] });
  t.is(large.status, 413, large.body.slice(0, 200));
  t.is((JSON.parse(large.body) as Failure).error.type, 'request_too_large');
  t.is((await bench.post(hello)).status, 200, 'and the next call is answered');
});

test('a credential that was stored later is accepted, and one that was taken away no longer', async (t) => {
  const bench = await Bench.open(t);
  let stored = [digestOf('sk-ant-stored')];
  t.is((await bench.post(hello, { 'x-api-key': 'sk-ant-stored' })).status, 401);
  bench.keys.readStoredFrom(async () => stored);
  t.is((await bench.post(hello, { 'x-api-key': 'sk-ant-stored' })).status, 200);
  stored = [digestOf('sk-ant-rotated')];
  await new Promise((resolve) => { setTimeout(resolve, 1100); });
  t.is((await bench.post(hello, { 'x-api-key': 'sk-ant-rotated' })).status, 200);
  t.is((await bench.post(hello, { 'x-api-key': 'sk-ant-stored' })).status, 401);
});

test('garbage instead of a request costs its own connection only', async (t) => {
  const bench = await Bench.open(t);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect({ port: bench.port, host: '127.0.0.1', servername: 'api.anthropic.com', ca: bench.authority }, () => socket.end('\0\0 nonsense\r\n\r\n'));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('close', () => resolve(Buffer.concat(chunks).toString())).on('error', reject);
  });
  t.regex(answer, /^HTTP\/1\.1 400/);
  t.is((await bench.post(hello)).status, 200);
});
