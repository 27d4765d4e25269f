// What may be asked of `dev`, and how a mistake is told before anything starts.
import test from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devRequest, type DevFlags } from '../../../plugin/dev/request.ts';
import { UserError } from '../../../plugin/exit.ts';

const plain: DevFlags = {
  apply: [], recursive: false, force: false, secrets: [], images: [], insecureRegistries: [], offline: false, sandbox: undefined, cluster: undefined, k3sImage: undefined, forceRecreate: false, kubeconfig: undefined, context: undefined, local: false, keep: false, tui: undefined,
  exitAfterRecords: undefined, timeout: undefined, port: undefined, salvageStore: false, namespace: undefined, stateDir: '/nowhere', logLevel: 'info', colour: 'auto',
};
const around = { env: {}, home: '/home/me', cwd: '/' };
const ask = (flags: Partial<DevFlags>, isTerminal = false) => devRequest({ ...plain, ...flags }, around, isTerminal);

const mistakes: readonly (readonly [string, Partial<DevFlags>, RegExp, RegExp?])[] = [
  ['a cluster of no kind that is known', { cluster: 'k3d' }, /--cluster must be one of embedded, k3s, not "k3d"/, /leave it out/],
  ['an image of k3s for the embedded cluster', { cluster: 'embedded', k3sImage: 'rancher/k3s:v1' }, /--k3s-image is for --cluster k3s/, /leave out one of them/],
  ['an image of k3s for a cluster that is there', { kubeconfig: '/etc/hosts', k3sImage: 'rancher/k3s:v1' }, /a cluster that is there was named/, /leave them out/],
  ['an image of k3s that is no reference', { k3sImage: 'not an image' }, /--k3s-image "not an image" is no image reference/, /for example/],
  ['an embedded cluster and one that is there', { cluster: 'embedded', context: 'work' }, /--cluster embedded brings its own cluster, and --context names one that is there/, /leave out one of them/],
  ['a port for a server that runs already', { context: 'work', port: '6443' }, /--port is that of an API server that dev brings, and --context names/, /leave --port out/],
  ['a store to be saved in a cluster of others', { kubeconfig: '/etc/hosts', salvageStore: true }, /--salvage-store is for the store of the embedded API server, and --kubeconfig names/],
  ['a kubeconfig that is not there', { kubeconfig: '/nowhere/config' }, /there is no kubeconfig \/nowhere\/config/, /--kubeconfig/],
  ['a context without any kubeconfig', { context: 'work' }, /no kubeconfig: neither/, /--kubeconfig FILE/],
  ['to keep what is kept anyway', { keep: true }, /--keep is for a cluster that was there before/, /--context/],
  ['the session that runs', { local: true }, /--local means the dev session that runs/, /leave it out/],
  ['an unknown sandbox', { sandbox: 'docker' }, /--sandbox must be one of gvisor, bubblewrap, namespaces/],
  ['a terminal interface without a terminal', { tui: true }, /--tui needs a terminal/],
  ['stdin twice', { apply: ['-', '-'] }, /can be given once/],
  ['no records', { exitAfterRecords: '0' }, /whole number from 1/],
  ['records in words', { exitAfterRecords: 'two' }, /not "two"/],
  ['a time limit for nothing', { timeout: '5s' }, /none are asked for/, /--exit-after-records/],
  ['a time limit that is none', { exitAfterRecords: '1', timeout: 'soon' }, /"soon" is no duration/, /90s/],
  ['a port out of range', { port: '70000' }, /--port must be a whole number from 1 to 65535/],
  ['an image without a file', { images: ['example.com/a'] }, /names no image and file/, /NAME=FILE/],
  ['an image file that is missing', { images: ['example.com/a=/nowhere/a.tar'] }, /no file \/nowhere\/a\.tar/, /docker save/],
  ['an image of a folder', { images: ['example.com/a=/tmp'] }, /\/tmp is not a file/],
  ['a registry with a path', { insecureRegistries: ['localhost:5000/me'] }, /is no host and port/, /localhost:5000/],
  ['a registry as an address', { insecureRegistries: ['http://localhost:5000'] }, /is no host and port/],
  ['two registries at once', { insecureRegistries: ['a:1,b:2'] }, /is no host and port/],
  ['an image with a bad name', { images: ['https://x=/tmp'] }, /./],
];
for (const [what, flags, message, hint] of mistakes) {
  test(`${what} is refused with what to do`, (t) => {
    const error = t.throws(() => ask(flags), { instanceOf: UserError });
    t.regex(error.message, message);
    if (hint) t.regex(error.hints.join('\n'), hint);
  });
}

test('a terminal decides for the interface, and --no-tui against it', (t) => {
  t.true(ask({}, true).tui);
  t.false(ask({}, false).tui);
  t.false(ask({ tui: false }, true).tui);
  t.false(ask({ apply: ['-'] }, true).tui, 'stdin is taken by the manifests');
});

test('records have a time limit of two minutes unless another is given', (t) => {
  t.deepEqual(ask({ exitAfterRecords: '3' }).records, { count: 3, timeoutMs: 120_000 });
  t.deepEqual(ask({ exitAfterRecords: '3', timeout: '5s' }).records, { count: 3, timeoutMs: 5000 });
});

test('an image archive is found from the folder of the person', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-request-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'bot=1.tar'), '');
  const request = devRequest({ ...plain, images: ['example.com/bot:1=bot=1.tar'] }, { ...around, cwd: folder }, false);
  t.deepEqual(request.images, [{ name: 'example.com/bot:1', file: join(folder, 'bot=1.tar') }]);
});

test('a context or a kubeconfig means a cluster that is there, with its own namespace unless another is given', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-request-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'config');
  writeFileSync(file, '');
  t.deepEqual(ask({ kubeconfig: file, context: 'work' }).existing, { kubeconfig: file, context: 'work', flags: `--kubeconfig ${file} --context work` });
  t.deepEqual(devRequest({ ...plain, context: 'work' }, { ...around, env: { KUBECONFIG: `/nowhere:${file}` } }, false).existing, { kubeconfig: file, context: 'work', flags: '--context work' });
  t.is(ask({ kubeconfig: file }).namespace, undefined);
  t.is(ask({ kubeconfig: file, namespace: 'team' }).namespace, 'team');
  t.is(ask({ cluster: 'embedded' }).existing, undefined);
  t.is(devRequest(plain, { ...around, env: { KUBECONFIG: file } }, false).existing, undefined, 'what the shell names is not used unless it is asked for');
});

test('insecure registries are taken as image references have them', (t) => {
  t.deepEqual(ask({ insecureRegistries: ['localhost:5000', 'Registry.Example', '[::1]:5000'] }).insecureRegistries, ['localhost:5000', 'registry.example', '[::1]:5000']);
});
