// Pulls from Debian's docker-registry where it is installed, and from a small one of our own.
import test, { type ExecutionContext } from 'ava';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { spareImages } from '../../sandbox/pull/store.ts';
import { DockerRegistry, registryProgram } from './docker-registry.ts';
import { elsewhere, here, makeImage, makeList, type Made } from './images.ts';
import { opened, Puller } from './puller.ts';

const greeting = (text: string): Made => makeImage([[{ name: 'hello', body: text }]]);

interface Peer {
  readonly host: string;
  readonly push: (name: string, tag: string, images: readonly Made[]) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The real registry where there is one; the test says which it was. */
async function peer(t: ExecutionContext): Promise<Peer> {
  if (registryProgram === undefined) {
    t.log('docker-registry is not installed: the small registry of the tests answers');
    const registry = await opened(t);
    return { host: registry.host, push: async (name, tag, images) => void registry.put(name, tag, images), stop: () => registry.close() };
  }
  const folder = mkdtempSync(join(tmpdir(), 'clrk-registry-'));
  const registry = await DockerRegistry.start(registryProgram, folder);
  t.teardown(async () => {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return registry;
}

const forms: readonly (readonly [string, () => readonly Made[]])[] = [
  ["an image of OCI's format", () => [makeImage([[{ name: 'hello', body: 'it works' }]])]],
  ["an image of Docker's format", () => [makeImage([[{ name: 'hello', body: 'it works' }]], { format: 'docker' })]],
  ['layers packed with zstd', () => [makeImage([[{ name: 'hello', body: 'it works' }]], { compress: (layer) => zstdCompressSync(layer) })]],
  ['layers that are not packed, one of them twice', () => [makeImage([[{ name: 'hello', body: 'no' }], [{ name: 'hello', body: 'it works' }], [], []], { compress: (layer) => layer })]],
];
for (const [what, images] of forms) {
  test(`${what} is pulled`, async (t) => {
    const registry = await peer(t);
    await registry.push('me/tool', '1', images());
    const puller = new Puller(t, [registry.host]);
    t.is(puller.read(await puller.pull(`${registry.host}/me/tool:1`), 'hello'), 'it works');
    t.is(puller.told[0], `pulling ${registry.host}/me/tool:1`);
  });
}

test('of a list the image for this machine is taken, and what it says about itself is kept', async (t) => {
  const registry = await peer(t);
  const config = { Entrypoint: ['/bin/tool'], Cmd: ['-v'], Env: ['PATH=/opt/bin', 'A=b=c', '=no'], User: '7:8', WorkingDir: '/work' };
  const [ours, theirs] = [makeImage([[{ name: 'hello', body: 'ours' }]], { config }), makeImage([[{ name: 'hello', body: 'theirs' }]], { architecture: elsewhere })];
  await registry.push('me/tool', 'latest', [theirs, ours, makeList([{ made: theirs, architecture: elsewhere }, { made: ours, architecture: here }])]);
  const puller = new Puller(t, [registry.host]);
  const pulled = await puller.pull(`${registry.host}/me/tool`);
  t.is(puller.read(pulled, 'hello'), 'ours');
  t.like(pulled.root, { entrypoint: ['/bin/tool'], cmd: ['-v'], env: { PATH: '/opt/bin', A: 'b=c' }, user: { uid: 7, gid: 8 }, workdir: '/work' });
});

test('a tag that moved is pulled anew, orders that run keep theirs, and without the registry the last one is used', async (t) => {
  const registry = await peer(t);
  const image = `${registry.host}/me/tool:1`;
  await registry.push('me/tool', '1', [greeting('first')]);
  const puller = new Puller(t, [registry.host]);
  const running = puller.pulls.use(image);
  t.is(puller.read(await puller.find(running), 'hello'), 'first');
  await registry.push('me/tool', '1', [greeting('second')]);
  t.is(puller.read(await puller.pull(image), 'hello'), 'second');
  t.is(puller.read(await puller.find(running), 'hello'), 'first', 'a restart changes nothing');
  t.is(puller.names('blobs').length, 2, 'the pieces of the first are not kept beside its root');
  await registry.stop();
  puller.reopen();
  const pulled = await puller.pull(image);
  t.is(puller.read(pulled, 'hello'), 'second');
  t.regex(pulled.remark ?? '', /cannot be asked for a newer image .*\/me\/tool:1 \((nothing listens there|the connection was lost)\): the one pulled at 20.* is used/);
  t.is((await puller.fails(t, `${registry.host}/me/other`)).kind, 'unreachable');
});

test('what is here is not fetched again: the digest is asked for by HEAD, and layers in common come once', async (t) => {
  const registry = await opened(t);
  const layers = [{ name: 'shared', body: randomBytes(50_000) }];
  const one = registry.put('me/one', '1', [makeImage([layers, [{ name: 'a', body: '1' }]])]);
  const two = registry.put('me/two', '1', [makeImage([layers, [{ name: 'a', body: '2' }]])]);
  const puller = new Puller(t, [registry.host]);
  const [first, second] = await Promise.all([puller.pull(one), puller.pull(two), puller.pull(one)]);
  t.is(puller.read(first, 'a') + puller.read(second, 'a'), '12');
  t.is(registry.count('GET', /blobs/), 5, 'two configs, two layers and the one in common');
  t.is(registry.count('GET', /manifests/), 2);
  puller.reopen();
  await puller.pull(one);
  t.is(registry.count('HEAD', /me\/one\/manifests\/1/), 1);
  t.is(registry.count('GET', /./), 7);
  const byDigest = one.replace(':1', `@${makeImage([layers, [{ name: 'a', body: '1' }]]).digest}`);
  await puller.pull(byDigest);
  const before = registry.requests.length;
  await puller.pull(byDigest);
  t.is(registry.requests.length, before, 'a digest says all: nobody is asked');
});

test('a token is fetched where the registry says, sent to the registry alone, and renewed when it is refused', async (t) => {
  const [registry, store] = [await opened(t), await opened(t)];
  const made = greeting('behind a token');
  const image = registry.put('me/tool', '1', [made]);
  store.put('me/tool', '1', [made]);
  let token = 'first';
  registry.misbehave = (request, answer, url) => {
    if (url.pathname === '/token') return Boolean(answer.writeHead(200).end(JSON.stringify(url.searchParams.get('scope') === 'repository:me/tool:pull' ? { token } : {})));
    if (request.authorization !== `Bearer ${token}`) {
      return Boolean(answer.writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.host}/token",service="test",scope="repository:me/tool:pull"` }).end());
    }
    if (!url.pathname.includes('/blobs/')) return false;
    token = 'second';
    return Boolean(answer.writeHead(307, { location: `http://${store.host}${url.pathname}` }).end());
  };
  const puller = new Puller(t, [registry.host]);
  t.is(puller.read(await puller.pull(image), 'hello'), 'behind a token');
  t.true(store.requests.length >= 2);
  t.deepEqual(store.requests.filter(({ authorization }) => authorization !== undefined), [], 'the store of the bytes never sees the token');
  t.deepEqual(registry.requests.filter(({ path, authorization }) => path === '/token' && authorization !== undefined), []);
});

test('images that no order uses go, but for the last ones', async (t) => {
  const registry = await opened(t);
  const puller = new Puller(t, [registry.host]);
  const held = puller.pulls.use(registry.put('me/held', '1', [greeting('held')]));
  const kept = await puller.find(held);
  for (let index = 0; index < spareImages + 3; index++) {
    const use = puller.pulls.use(registry.put(`me/tool${index}`, '1', [greeting(String(index))]));
    await puller.find(use);
    puller.pulls.end(use);
  }
  t.is(puller.names('roots').length, spareImages + 2, 'the held one, the spare ones, and the one that was in use at the last pull');
  t.is(puller.names('notes').length, spareImages + 2);
  t.is(puller.names('blobs').length, 2 * (spareImages + 2));
  t.is(puller.read(kept, 'hello'), 'held');
});

test('a pull that nobody waits for any more ends, while another order of the image goes on', async (t) => {
  const registry = await opened(t);
  const image = registry.put('me/tool', '1', [greeting('late')]);
  const asked = Promise.withResolvers<() => void>();
  registry.misbehave = (request, answer) => {
    if (!request.path.includes('/blobs/')) return false;
    asked.resolve(() => {
      registry.misbehave = () => false;
      answer.socket?.destroy();
    });
    return true;
  };
  const puller = new Puller(t, [registry.host]);
  const leaving = new AbortController();
  const left = puller.pull(image, leaving.signal);
  const stays = puller.pull(image);
  const goOn = await asked.promise;
  leaving.abort(new Error('withdrawn'));
  await t.throwsAsync(left, { message: 'withdrawn' });
  goOn();
  t.is(puller.read(await stays, 'hello'), 'late');
});

test('what a killed pull left is not taken for an image, and what is spoilt is pulled anew', async (t) => {
  const registry = await opened(t);
  const made = greeting('whole');
  const image = registry.put('me/tool', '1', [made]);
  const puller = new Puller(t, [registry.host]);
  const [layer = ''] = [...made.blobs.keys()].slice(-1);
  const bytes = made.blobs.get(layer) ?? Buffer.alloc(0);
  writeFileSync(join(puller.folder, 'blobs', `${layer.slice(7)}.part`), bytes.subarray(0, 20));
  t.is(puller.read(await puller.pull(image), 'hello'), 'whole');
  t.is(registry.requests.at(-1)?.range, 'bytes=20-');
  for (const note of puller.names('notes')) writeFileSync(join(puller.folder, 'notes', note), readFileSync(join(puller.folder, 'notes', note)).subarray(0, 30));
  puller.reopen();
  t.is(puller.read(await puller.pull(image), 'hello'), 'whole');
  for (const blob of puller.names('blobs')) unlinkSync(join(puller.folder, 'blobs', blob));
  puller.reopen();
  t.is(puller.read(await puller.pull(image), 'hello'), 'whole');
});

test('a full disk is said; what nobody uses makes room first', async (t) => {
  const registry = await opened(t);
  const puller = new Puller(t, [registry.host]);
  if (!mountSmall(t, puller.folder)) {
    t.log('no small disk can be mounted here, so this was not tried');
    return t.pass();
  }
  puller.reopen();
  const heavy = (bytes: number): Made => makeImage([[{ name: 'hello', body: randomBytes(bytes) }]]);
  const idle = puller.pulls.use(registry.put('me/idle', '1', [heavy(700_000)]));
  await puller.find(idle);
  puller.pulls.end(idle);
  const used = await puller.pull(registry.put('me/used', '1', [heavy(700_000)]));
  t.is(puller.names('roots').length, 1, 'the idle one made room');
  const large = await puller.fails(t, registry.put('me/large', '1', [heavy(1_500_000)]));
  t.regex(large.message, /^image .*\/me\/large:1 does not fit on the disk \(it needs 3\.0 MB and \d+ kB are free below \/.*\): make room; images that no agent uses are removed already$/);
  const swelling = await puller.fails(t, registry.put('me/swelling', '1', [makeImage([[{ name: 'hello', body: Buffer.alloc(3_000_000) }]])]));
  t.regex(swelling.message, /does not fit on the disk \(ENOSPC\)/);
  t.is(puller.names('blobs').length, 2, 'nothing of the others takes up the disk');
  t.is(puller.read(used, 'hello').length > 0, true);
  t.deepEqual(puller.names('roots'), [used.root.root.split('/').at(-1)]);
});

/** A disk of 2 MB over the folder; only root can. */
function mountSmall(t: ExecutionContext, folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'clrk-test', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  t.teardown(() => execFileSync('umount', [folder]));
  return true;
}
