import test from 'ava';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../plugin/exit.ts';
import { kubeconfigFiles, resolvePath } from '../../plugin/kubeconfig.ts';

const home = mkdtempSync(join(tmpdir(), 'clrk-kubeconfig-'));
test.after.always(() => rmSync(home, { recursive: true }));
for (const file of ['a', 'b', 'clrk/kubeconfig.host']) {
  mkdirSync(join(home, file, '..'), { recursive: true });
  writeFileSync(join(home, file), '');
}
const clrkDir = join(home, 'clrk');
const around = (env: Record<string, string> = {}, at = home) => ({ env, home: at, cwd: home });

test('--kubeconfig beats --local, which beats $KUBECONFIG', (t) => {
  const env = { KUBECONFIG: join(home, 'b') };
  t.is(kubeconfigFiles({ kubeconfig: 'a', local: true, clrkDir }, around(env)), join(home, 'a'));
  t.is(kubeconfigFiles({ local: true, clrkDir }, around(env)), join(clrkDir, 'kubeconfig.host'));
  t.is(kubeconfigFiles({ local: false, clrkDir }, around(env)), join(home, 'b'));
});

test('$KUBECONFIG is a list whose missing files are passed over', (t) => {
  t.is(kubeconfigFiles({ local: false, clrkDir }, around({ KUBECONFIG: 'nowhere:a::b' })), `${join(home, 'a')}:${join(home, 'b')}`);
});

test('without $KUBECONFIG it is ~/.kube/config', (t) => {
  const own = join(home, 'person');
  mkdirSync(join(own, '.kube'), { recursive: true });
  writeFileSync(join(own, '.kube/config'), '');
  t.is(kubeconfigFiles({ local: false, clrkDir }, around({}, own)), join(own, '.kube/config'));
});

test('inside a pod without a kubeconfig the account of the pod is used', (t) => {
  t.is(kubeconfigFiles({ local: false, clrkDir }, around({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })), undefined);
});

test('no kubeconfig anywhere says what to do', (t) => {
  const error = t.throws(() => kubeconfigFiles({ local: false, clrkDir: join(home, 'none') }, around()), { instanceOf: UserError, message: /neither \$KUBECONFIG nor/ });
  t.regex(error?.hints.join('\n') ?? '', /kubectl clrk dev/);
});

test('no kubeconfig beside a dev session points to --local', (t) => {
  const error = t.throws(() => kubeconfigFiles({ local: false, clrkDir }, around({ KUBECONFIG: 'nowhere' })), { instanceOf: UserError, message: /nowhere, which does not exist/ });
  t.regex(error?.hints.join('\n') ?? '', /add --local/);
});

test('--local without a dev session says to start one', (t) => {
  const error = t.throws(() => kubeconfigFiles({ local: true, clrkDir: join(home, 'none') }, around()), { instanceOf: UserError, message: /no dev session has written/ });
  t.is(error?.hints[0], 'start one with `kubectl clrk dev`');
});

test('--kubeconfig that does not exist is named', (t) => {
  t.throws(() => kubeconfigFiles({ kubeconfig: 'nowhere', local: false, clrkDir }, around()), { instanceOf: UserError, message: /there is no kubeconfig .*\/nowhere/ });
});

test('a tilde that no shell replaced is the home folder', (t) => {
  t.is(resolvePath('~/x', { home: '/h', cwd: '/c' }), '/h/x');
  t.is(resolvePath('~x', { home: '/h', cwd: '/c' }), '/c/~x');
  t.is(resolvePath('/x', { home: '/h', cwd: '/c' }), '/x');
});
