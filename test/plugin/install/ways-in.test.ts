// A cluster that cannot be reached, or does not let us in: install, uninstall and check say why, alike.
import test from 'ava';
import { issueCertificate } from '../../../proxy/x509/issue.ts';
import { openPki } from '../../../plugin/dev/pki.ts';
import { rig } from './rig.ts';

const exec = (...args: readonly string[]) => ({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: args[0], args: args.slice(1), interactiveMode: 'Never' } });
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('install, uninstall and check name the part of the kubeconfig that is in the way', async (t) => {
  const { clrk, kubeconfigWith, home, server } = await rig(t, 'embedded');
  const { authority } = openPki(`${home}/other`, new Date());
  const old = issueCertificate({ subject: 'old', usage: 'client', days: -0.001, issuer: authority });
  const cases: readonly (readonly [string, Parameters<typeof kubeconfigWith>[1], RegExp])[] = [
    ['a login program that fails', { user: exec('sh', '-c', 'echo "your session is over" >&2; exit 3') }, /logging in to \S+ as test with `sh`: your session is over/],
    ['one that prints something else', { user: exec('echo', 'sk-secret-token') }, /logging in to \S+ as test with `echo`: it printed something that is no ExecCredential/],
    ['one that is not there', { user: exec('clrk-no-such-login') }, /logging in to \S+ as test with `clrk-no-such-login`: there is no such program on the PATH/],
    ['a proxy that is away', { cluster: { 'proxy-url': 'http://me:sk-secret-token@127.0.0.1:9' } }, /reaching the API server \S+ through the proxy http:\/\/127\.0\.0\.1:9: nothing listens there/],
    ['a token that nobody knows', { user: { token: 'nope' } }, /Unauthorized/],
    ['a certificate that is over', { user: { 'client-certificate-data': base64(old.certificate), 'client-key-data': base64(old.key) } }, /the client certificate of this kubeconfig ended at \d{4}-/],
    ['an authority that did not sign', { cluster: { 'certificate-authority-data': base64(authority.certificate) } }, /it shows a certificate that the kubeconfig does not trust/],
    ['a server that is away', { cluster: { server: 'https://127.0.0.1:1' } }, /reaching the API server https:\/\/127\.0\.0\.1:1: nothing listens there/],
  ];
  for (const [what, change, words] of cases) {
    const kubeconfig = kubeconfigWith('broken', change);
    for (const command of ['install --yes', 'uninstall --yes', 'check', 'check -o json']) {
      const { code, stdout, stderr } = await clrk(command, { kubeconfig });
      const said = command.startsWith('check') ? stdout : stderr;
      t.is(code, 1, what);
      t.regex(said, words, `${what}: ${command}`);
      t.regex(said, /hint/, what);
      t.notRegex(stdout + stderr, /sk-secret-token|\n {4}at /, what);
    }
  }
  t.true(server.startsWith('https://'));
});
