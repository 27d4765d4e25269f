// What an agent's process is called with.
import test from 'ava';
import { invocation } from '../../sandbox/invocation.ts';
import { ordinaryUser, type Root } from '../../sandbox/root.ts';
import { order } from './rig.ts';

const image: Root = { root: '/', binds: [], entrypoint: ['/bin/tool'], cmd: ['-v'], env: { PATH: '/opt/bin', LANG: 'C', SSL_CERT_FILE: '/opt/own.pem', GREETING: 'from the image' }, workdir: '/', user: ordinaryUser, bundles: [] };

test('the variables of an image are there; those of the CA win over them, and those of the order over all', (t) => {
  const { env } = invocation(order('given', { env: [{ name: 'GREETING', value: 'from the order' }, { name: 'PIP_CERT', value: '/own' }] }), image);
  t.like(env, { PATH: '/opt/bin', LANG: 'C', SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt', GREETING: 'from the order', PIP_CERT: '/own' });
  t.is(invocation(order('alone', { hasEgress: false }), image).env['SSL_CERT_FILE'], '/opt/own.pem');
});

test('a command replaces the entrypoint and its arguments; arguments alone replace those of the image', (t) => {
  const command = (more: Parameters<typeof order>[1]): readonly string[] => invocation(order('called', more), image).command;
  t.deepEqual(command({ command: [] }), ['/bin/tool', '-v']);
  t.deepEqual(command({ command: [], args: ['-q'] }), ['/bin/tool', '-q']);
  t.deepEqual(command({ command: ['/bin/other'], args: ['-q'] }), ['/bin/other', '-q']);
  t.throws(() => invocation(order('empty', { command: [] }), { ...image, entrypoint: [], cmd: [] }), { message: /names no command: set spec.template.spec.command/ });
});
