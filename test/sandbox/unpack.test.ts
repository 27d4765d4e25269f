// Image archives become directories, and hostile ones become errors.
import test from 'ava';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { removeUnfinished, unpackArchive } from '../../sandbox/unpack.ts';
import { dockerArchive, ociArchive, tar, type ImageOptions, type Item } from './archives.ts';

const { signal: never } = new AbortController();
const dir = mkdtempSync(join(tmpdir(), 'clrk-unpack-'));
test.after.always(() => rmSync(dir, { recursive: true, force: true }));
let count = 0;

async function unpack(archive: Buffer): Promise<Awaited<ReturnType<typeof unpackArchive>> & { readonly roots: string }> {
  const own = join(dir, String(++count));
  mkdirSync(own);
  writeFileSync(join(own, 'image.tar'), archive);
  return { ...(await unpackArchive(join(own, 'image.tar'), join(own, 'roots'), never)), roots: join(own, 'roots') };
}

const image = (layers: readonly (readonly Item[])[], options?: ImageOptions) => unpack(dockerArchive(layers, options));

test('layers lie over each other, whiteouts take away, and the config is read', async (t) => {
  const { root, entrypoint, cmd, workdir, user, bundles } = await image(
    [
      [{ name: 'etc/', type: '5', mode: 0o755 }, { name: 'etc/passwd', body: 'root:x:0:0::/:/bin/sh\napp:x:77:78::/:/bin/sh\n' }, { name: 'a/one', body: '1' }, { name: 'a/two', body: '2' }, { name: 'b/x', body: 'x' }],
      [{ name: 'a/.wh.one' }, { name: 'b/.wh..wh..opq' }, { name: 'b/y', body: 'y' }, { name: 'bin/tool', body: '#!', mode: 0o4755 }],
    ],
    { config: { Entrypoint: ['/bin/tool'], Cmd: ['-v'], WorkingDir: '/work/here', User: 'app', Env: ['SECRET=1'] } },
  );
  t.false(existsSync(join(root, 'a/one')));
  t.is(readFileSync(join(root, 'a/two'), 'utf8'), '2');
  t.deepEqual(readdirSync(join(root, 'b')), ['y']);
  t.is(statSync(join(root, 'bin/tool')).mode & 0o7777, 0o755, 'no set-user-ID bit survives');
  t.deepEqual({ entrypoint, cmd, workdir, user, bundles }, { entrypoint: ['/bin/tool'], cmd: ['-v'], workdir: '/work/here', user: { uid: 77, gid: 78 }, bundles: ['/etc/ssl/certs/ca-certificates.crt'] });
  for (const name of ['proc', 'dev', 'tmp', 'run', 'work/here']) t.true(statSync(join(root, name)).isDirectory());
  for (const name of ['etc/hosts', 'etc/resolv.conf']) t.true(lstatSync(join(root, name)).isFile());
});

test('an OCI layout and a gzipped archive are read too, and a second time from the cache', async (t) => {
  const { root } = await unpack(ociArchive([[{ name: 'hello', body: 'oci' }]]));
  t.is(readFileSync(join(root, 'hello'), 'utf8'), 'oci');
  const zipped = await unpack(gzipSync(dockerArchive([[{ name: 'hello', body: 'gz' }]])));
  t.is(readFileSync(join(zipped.root, 'hello'), 'utf8'), 'gz');
  t.is(readdirSync(zipped.roots).length, 1, 'nothing but the finished root is left');
  writeFileSync(join(zipped.root, 'mark'), '');
  await unpackArchive(join(zipped.roots, '../image.tar'), zipped.roots, never);
  t.true(existsSync(join(zipped.root, 'mark')));
});

test('the place of the CA follows the links of the image, within the image', async (t) => {
  const { root, bundles } = await image([[{ name: 'etc/pki/tls/certs/ca-bundle.crt', body: 'x' }, { name: 'etc/ssl/certs', type: '2', link: '/etc/pki/tls/certs' }]]);
  t.deepEqual(bundles, ['/etc/pki/tls/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt']);
  t.is(readlinkSync(join(root, 'etc/ssl/certs')), '/etc/pki/tls/certs');
});

for (const [what, items] of Object.entries<readonly Item[]>({
  'a name with ..': [{ name: '../escaped', body: 'x' }],
  'a whiteout of ..': [{ name: 'a/.wh.../../escaped', body: 'x' }],
  'a hard link to a file outside': [{ name: 'link', type: '1', link: '../../image.tar' }],
  'a hard link through a link': [{ name: 'out', type: '2', link: '/' }, { name: 'link', type: '1', link: 'out/etc/shadow' }],
  'a circle of links': [{ name: 'a', type: '2', link: 'b' }, { name: 'b', type: '2', link: 'a' }, { name: 'a/file', body: 'x' }],
})) {
  test.serial(`${what} is refused and leaves nothing behind`, async (t) => {
    await t.throwsAsync(image([items]));
    t.deepEqual(readdirSync(join(dir, String(count), 'roots')).filter((n) => !/^[0-9a-f]{64}$/.test(n)), []);
  });
}

test('a file written through a link lands in the image', async (t) => {
  const { root } = await image([[{ name: 'out', type: '2', link: '/../../../../tmp' }, { name: 'out/landed', body: 'in' }]]);
  t.is(readFileSync(join(root, 'tmp/landed'), 'utf8'), 'in');
  t.false(existsSync(join(tmpdir(), 'landed')));
});

test('a file over a link replaces the link', async (t) => {
  const victim = join(dir, 'victim');
  writeFileSync(victim, 'untouched');
  const { root } = await image([[{ name: 'etc/hosts', type: '2', link: victim }, { name: 'x', type: '2', link: victim }, { name: 'x', body: 'new' }]]);
  t.is(readFileSync(victim, 'utf8'), 'untouched');
  t.is(readFileSync(join(root, 'x'), 'utf8'), 'new');
  t.true(lstatSync(join(root, 'etc/hosts')).isFile(), 'what is mounted over is no link');
});

test('an unpacking that is given up ends in the middle and leaves nothing, and what a killed worker left is removed', async (t) => {
  const own = join(dir, 'given-up');
  const roots = join(own, 'roots');
  mkdirSync(own);
  writeFileSync(join(own, 'image.tar'), gzipSync(dockerArchive([[{ name: 'large', body: 'x'.repeat(64 * 1024 * 1024) }]])));
  const giveUp = new AbortController();
  const unpacking = unpackArchive(join(own, 'image.tar'), roots, giveUp.signal);
  while (!readdirSync(roots).some((name) => name.startsWith('expanded-'))) await new Promise((resolve) => setImmediate(resolve));
  giveUp.abort(new Error('the order was withdrawn'));
  await t.throwsAsync(unpacking, { message: 'the order was withdrawn' });
  t.deepEqual(readdirSync(roots), []);
  for (const name of ['expanded-1-2', 'unfinished-1-3', 'a'.repeat(64)]) mkdirSync(join(roots, name, 'deep'), { recursive: true });
  removeUnfinished(roots);
  while (readdirSync(roots).length > 1) await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(readdirSync(roots), ['a'.repeat(64)]);
});

test('a working directory that is a file is an error of the image', async (t) => {
  const items = [{ name: 'etc/passwd', body: 'x' }];
  await t.throwsAsync(image([items], { config: { WorkingDir: '/etc/passwd' } }), { message: /its WorkingDir \/etc\/passwd is a file in it/ });
  await t.throwsAsync(image([items], { config: { WorkingDir: '/etc/passwd/below' } }), { message: /its WorkingDir .* lies behind one/ });
});

test('devices are left out', async (t) => {
  const { root } = await image([[{ name: 'node', type: '3' }, { name: 'fifo', type: '6' }]]);
  t.false(existsSync(join(root, 'node')) || existsSync(join(root, 'fifo')));
});

test('damage of every kind is an error that says so', async (t) => {
  await t.throwsAsync(image([[{ name: 'a' }]], { isForged: true }), { message: /damaged/ });
  const whole = dockerArchive([[{ name: 'a', body: 'b'.repeat(5000) }]]);
  await t.throwsAsync(unpack(whole.subarray(0, 2048)), { message: /ends in the middle|no image/ });
  const flipped = Buffer.from(whole);
  flipped.writeUInt8(0x41, 3);
  await t.throwsAsync(unpack(flipped), { message: /check sum/ });
  await t.throwsAsync(unpack(Buffer.from('no archive at all')), { message: /ends in the middle/ });
  await t.throwsAsync(unpack(tar([{ name: 'manifest.json', body: '{"not":"a list"}' }])), { message: /one image/ });
  await t.throwsAsync(unpack(tar([{ name: 'x' }])), { message: /no image/ });
  await t.throwsAsync(image([[{ name: 'x' }]], { config: { User: 'nobody-here' } }), { message: /user/ });
});
