// The tests' k3s takes the command line that k3s takes.
import test from 'ava';
import { readArguments } from './k3s/arguments.ts';

test('the server of the tests listens where k3s does, and its settings come from flags before variables', (t) => {
  const plain = readArguments(['server'], { K3S_TOKEN: 'word', K3S_KUBECONFIG_OUTPUT: '/output/kubeconfig.yaml' }, 'Node-0');
  t.like(plain, { port: 6443, bindAddress: '0.0.0.0', nodeName: 'node-0', kubeconfig: '/output/kubeconfig.yaml', kubeconfigMode: 0o600, token: 'word', tlsSans: [], disabled: [] });
  const told = readArguments(['server', '--tls-san', 'a,b', '--tls-san=c', '--disable=traefik,servicelb', '--https-listen-port', '7443', '--write-kubeconfig=/k', '--node-name', 'x', '--cluster-init', '--kube-apiserver-arg=v=2'], { K3S_KUBECONFIG_OUTPUT: '/o' }, 'y');
  t.like(told, { tlsSans: ['a', 'b', 'c'], disabled: ['traefik', 'servicelb'], port: 7443, kubeconfig: '/k', nodeName: 'x' });
  t.deepEqual(told.extra, { apiserver: ['v=2'], kubelet: [] });
});

test('what k3s does not know, and what is not there, the server of the tests refuses in its words', (t) => {
  t.throws(() => readArguments(['agent'], {}, 'x'), { message: /no "agent"/ });
  t.throws(() => readArguments(['server', '--nothing'], {}, 'x'), { message: 'flag provided but not defined: --nothing' });
  t.throws(() => readArguments(['server', '--tls-san'], {}, 'x'), { message: 'flag needs an argument: --tls-san' });
  t.throws(() => readArguments(['server', '--https-listen-port', 'no'], {}, 'x'), { message: /must be a port/ });
});
