// What a registry can do wrong, and what a person reads then: nothing half is ever taken for whole.
import test from 'ava';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { elsewhere, here, makeImage, makeList, type Made } from './images.ts';
import { opened, Puller } from './puller.ts';
import { TestRegistry, type Misbehaviour, type Request } from './test-registry.ts';

const tool = makeImage([[{ name: 'hello', body: randomBytes(300_000) }]]);
const layer = [...tool.blobs.keys()].at(-1) ?? '';
const layerBytes = tool.blobs.get(layer) ?? Buffer.alloc(0);
const isLayer = ({ path }: Request): boolean => path.endsWith(`/blobs/${layer}`);

/** Misbehaves so many times, then no more. */
function times(count: number, when: (request: Request) => boolean, how: (answer: ServerResponse) => void): Misbehaviour {
  let left = count;
  return (request, answer) => {
    if (!when(request) || left-- <= 0) return false;
    how(answer);
    return true;
  };
}

const half = Math.floor(layerBytes.length / 2);
const truncated = (answer: ServerResponse): void => {
  answer.writeHead(200, { 'content-length': layerBytes.length });
  answer.write(layerBytes.subarray(0, half), () => answer.socket?.end());
};

test('a piece that breaks off goes on from where it was', async (t) => {
  const registry = await opened(t);
  const image = registry.put('me/tool', '1', [tool]);
  registry.misbehave = times(1, isLayer, truncated);
  const puller = new Puller(t, [registry.host]);
  const pulled = await puller.pull(image);
  t.is(puller.read(pulled, 'hello').length > 0, true);
  t.is(registry.requests.filter(isLayer).at(-1)?.range, `bytes=${half}-`);
});

test('a piece that always breaks off fails with how far it came, and leaves no whole piece and no root', async (t) => {
  const registry = await opened(t);
  const image = registry.put('me/tool', '1', [tool]);
  registry.misbehave = times(99, isLayer, (answer) => answer.socket?.destroy());
  const puller = new Puller(t, [registry.host]);
  t.regex((await puller.fails(t, image)).message, /^the pull of image 127\.0\.0\.1:\d+\/me\/tool:1 from 127.* broke off \(the connection was lost\); it goes on from there at the next try$/);
  t.is(registry.requests.filter(isLayer).length, 4);
  t.false(puller.names('blobs').includes(layer.slice(7)));
  t.deepEqual(puller.names('roots'), []);
  registry.misbehave = () => false;
  await t.notThrowsAsync(puller.pull(image));
});

test('other bytes than the digest promises are never used', async (t) => {
  const registry = await opened(t);
  const image = registry.put('me/tool', '1', [tool]);
  const wrong = Buffer.from(layerBytes);
  wrong.writeUInt8(wrong.readUInt8(half) ^ 1, half);
  registry.misbehave = times(99, isLayer, (answer) => answer.writeHead(200).end(wrong));
  const puller = new Puller(t, [registry.host]);
  const failure = await puller.fails(t, image);
  t.is(failure.kind, 'damaged');
  t.regex(failure.message, /is not what its digest says \(sha256:[0-9a-f]{12}\): nothing of it is used/);
  t.deepEqual(puller.names('blobs').filter((name) => name.startsWith(layer.slice(7))), []);
});

test('more bytes than promised end the pull at once', async (t) => {
  const registry = await opened(t);
  const image = registry.put('me/tool', '1', [tool]);
  registry.misbehave = times(99, isLayer, (answer) => {
    answer.writeHead(200);
    const pour = (): void => void (answer.writable && answer.write(randomBytes(65_536), pour));
    pour();
  });
  t.regex((await new Puller(t, [registry.host]).fails(t, image)).message, /is longer than the \d+ bytes it is said to have/);
});

test('a beginning that was spoilt on the disk is thrown away, and the pull begins anew', async (t) => {
  const registry = await opened(t);
  const image = registry.put('me/tool', '1', [tool]);
  const wrong = Buffer.alloc(half, 7);
  registry.misbehave = times(1, isLayer, (answer) => {
    answer.writeHead(200, { 'content-length': layerBytes.length });
    answer.write(wrong, () => answer.socket?.end());
  });
  const puller = new Puller(t, [registry.host]);
  await t.notThrowsAsync(puller.pull(image));
  t.deepEqual(registry.requests.filter(isLayer).map(({ range }) => range), [undefined, `bytes=${half}-`, undefined]);
});

test('a registry that goes silent in the middle is given up', async (t) => {
  const registry = await opened(t);
  const image = registry.put('me/tool', '1', [tool]);
  registry.misbehave = times(99, isLayer, (answer) => {
    answer.writeHead(200, { 'content-length': layerBytes.length });
    answer.write(layerBytes.subarray(0, 1000));
  });
  const failure = await new Puller(t, [registry.host], { pausesMs: [] }).fails(t, image);
  t.regex(failure.message, /stands still: 127\.0\.0\.1:\d+ sends nothing more \(for 0\.2 seconds\)/);
});

test('a registry that never answers is given up, and one slow image does not hold another', async (t) => {
  const [slow, quick] = [await opened(t), await opened(t)];
  slow.misbehave = () => true;
  const puller = new Puller(t, [slow.host, quick.host], { answerMs: 500 });
  const waiting = puller.fails(t, slow.put('me/tool', '1', [tool]));
  await t.notThrowsAsync(puller.pull(quick.put('me/tool', '1', [tool])));
  t.regex((await waiting).message, /cannot be reached \(it does not answer within 0\.5 seconds\)/);
});

const refusals: readonly (readonly [number, Readonly<Record<string, string>>, RegExp])[] = [
  [404, {}, /is not at 127.* or it is private: check its name and tag.*--image .*=FILE/],
  [401, {}, /does not give image .* without a password.* --image/],
  [403, {}, /does not give image .* without a password \(status 403\)/],
  [429, { 'retry-after': '3600' }, /asked too often.*it asks to wait 3600 seconds/],
  [429, {}, /asked too often/],
  [503, {}, /cannot give image .* now \(status 503\); it is tried again/],
  [302, { location: 'http://' }, /redirects to an address that is none/],
  [302, { location: '/v2/again' }, /./],
];
for (const [status, headers, message] of refusals) {
  test(`an answer with status ${status} ${JSON.stringify(headers)} says what to do`, async (t) => {
    const registry = await opened(t);
    registry.misbehave = (_request, answer) => Boolean(answer.writeHead(status, headers).end());
    t.regex((await new Puller(t, [registry.host]).fails(t, `${registry.host}/me/tool:1`)).message, message);
    t.true(registry.requests.length <= 30);
  });
}

test('a refusal that may pass is tried again', async (t) => {
  const registry = await opened(t);
  const image = registry.put('me/tool', '1', [tool]);
  let count = 0;
  registry.misbehave = (_request, answer) => ++count % 2 === 1 && Boolean(answer.writeHead(count % 4 === 1 ? 429 : 502, { 'retry-after': '0' }).end());
  await t.notThrowsAsync(new Puller(t, [registry.host]).pull(image));
});

const hostile: readonly (readonly [string, Buffer | string, RegExp])[] = [
  ['no JSON', 'hello', /not JSON/],
  ['a list instead of an object', '[]', /expected an object/],
  ['the first format', '{"schemaVersion":1}', /first format/],
  ['an image and a list at once', '{"manifests":[],"layers":[],"config":{}}', /at once/],
  ['a digest that is a path', '{"config":{"digest":"sha256:../../x","size":1},"layers":[]}', /is not sha256/],
  ['a size below zero', `{"config":{"digest":"${layer}","size":-1},"layers":[]}`, /whole number/],
  ['a layer of another kind', `{"config":{"digest":"${layer}","size":1},"layers":[{"digest":"${layer}","size":1,"mediaType":"application/wasm"}]}`, /no container image/],
  ['a layer that lies elsewhere', `{"config":{"digest":"${layer}","size":1},"layers":[{"digest":"${layer}","size":1,"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}]}`, /not at the registry/],
  ['a config that is too long', `{"config":{"digest":"${layer}","size":99999999},"layers":[]}`, /description has 99999999 bytes/],
  ['layers without end', `{"config":{"digest":"${layer}","size":1},"layers":[{"digest":"${layer}","size":99999999999999,"mediaType":""}]}`, /larger than this worker takes/],
  ['a manifest without end', Buffer.alloc(5_000_000, 32), /more than 4194304 bytes/],
];
for (const [what, body, message] of hostile) {
  test(`a manifest with ${what} is refused`, async (t) => {
    const registry = await opened(t);
    registry.misbehave = (_request, answer) => Boolean(answer.writeHead(200).end(body));
    t.regex((await new Puller(t, [registry.host]).fails(t, `${registry.host}/me/tool:1`)).message, message);
  });
}

const unusable: readonly (readonly [string, readonly Made[], RegExp])[] = [
  ['another architecture', [makeImage([[]], { architecture: elsewhere })], new RegExp(`it is for linux/${elsewhere}, and this is linux/${here}`)],
  ['a list without this architecture', [tool, makeList([{ made: tool, architecture: elsewhere }, { made: tool, architecture: here, os: 'windows' }])], new RegExp(`for linux/${elsewhere}, windows/${here}, and this is linux/${here}`)],
  ['a list of a list', [makeList([]), makeList([{ made: makeList([]), architecture: here }])], /leads to another list/],
  ['a layer that is not the one its config names', [makeImage([[{ name: 'a', body: 'x' }]], { compress: () => Buffer.alloc(1024) })], /is not the one its image was made of/],
  ['a file that leads out of it', [makeImage([[{ name: '../../escape', body: 'x' }]])], /leads out of it/],
];
for (const [what, images, message] of unusable) {
  test(`an image with ${what} is refused and leaves no root`, async (t) => {
    const registry = await opened(t);
    const puller = new Puller(t, [registry.host]);
    t.regex((await puller.fails(t, registry.put('me/tool', '1', images))).message, message);
    t.deepEqual(puller.names('roots'), []);
  });
}

test('a manifest that is not what its digest says is refused', async (t) => {
  const registry = await opened(t);
  const other = makeImage([[{ name: 'other' }]]);
  const image = registry.put('me/tool', '1', [{ ...other, digest: tool.digest }]);
  t.is((await new Puller(t, [registry.host]).fails(t, image)).kind, 'damaged');
  const byDigest = `${registry.host}/me/tool@sha256:${createHash('sha256').update('x').digest('hex')}`;
  registry.misbehave = (_request, answer) => Boolean(answer.writeHead(200).end(tool.manifest));
  t.is((await new Puller(t, [registry.host]).fails(t, byDigest)).kind, 'damaged');
});

test('a registry without TLS must be named, and a certificate of nobody is refused', async (t) => {
  const registry = await opened(t);
  t.regex((await new Puller(t, []).fails(t, registry.put('me/tool', '1', [tool]))).message, /does not speak TLS: if it is meant to be plain http, name it with --insecure-registry 127/);
  const { certificate, key } = issueCertificate({ subject: 'nobody', usage: 'server', days: 1, altNames: ['127.0.0.1'] });
  const server = createServer({ cert: certificate, key });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  t.regex((await new Puller(t, []).fails(t, `127.0.0.1:${port}/me/tool:1`)).message, /certificate of 127.* is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
});

test('a registry that is not there says what to look at', async (t) => {
  const { host, close } = await new TestRegistry().listen().then((registry) => ({ host: registry.host, close: () => registry.close() }));
  await close();
  const puller = new Puller(t, [host]);
  t.regex((await puller.fails(t, `${host}/me/tool`)).message, /cannot be reached \(nothing listens there\): check this machine's network/);
  t.regex((await puller.fails(t, '127.0.0.1:1/me/tool')).message, /cannot be reached \(a registry cannot have this port\)/);
  t.regex((await puller.fails(t, 'registry.invalid/me/tool')).message, /registry\.invalid cannot be reached \((its name is not known|no name server answers)\)/);
});
