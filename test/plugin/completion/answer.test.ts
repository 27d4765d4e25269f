// What is offered on TAB, asked as kubectl and the shells ask it.
import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { Cli } from 'clipanion';
import { commands } from '../../../plugin/commands.ts';
import { formOf } from '../../../plugin/completion/grammar.ts';
import { startCluster, clusterKinds } from '../../support/cluster.ts';
import { hear } from '../../support/transcript.ts';

const quoted = (word: string): string => (/^[\w./=:-]+$/.test(word) ? word : `'${word}'`);

/** Candidates without their descriptions, then the directive. */
async function offered(words: readonly string[], home = '/nowhere'): Promise<readonly string[]> {
  const { stdout, stderr, code } = await hear(`kubectl clrk __complete ${words.map(quoted).join(' ')}`, { home, env: {} });
  if (stderr !== '' || code !== 0) throw new Error(`${code}: ${stderr}`);
  return stdout.trimEnd().split('\n').map((line) => line.split('\t', 1)[0] ?? '');
}

const offers = test.macro({
  async exec(t, words: readonly string[], expected: readonly string[]) {
    t.deepEqual(await offered(words), expected);
  },
  title: (_, words: readonly string[]) => `TAB behind: ${words.map((word) => (word === '' ? "''" : word)).join(' ')}`,
});

test(offers, ['agents', ''], ['list', 'get', 'logs', ':4']);
test(offers, ['agent', 'l'], ['list', 'logs', ':4']);
test(offers, ['se'], ['secrets', ':4']);
test(offers, ['nonsense', ''], [':4']);
test(offers, ['completion', ''], ['install', 'bash', 'zsh', 'fish', ':4']);
test(offers, ['completion', 'bash', ''], [':4']);
test(offers, ['agents', 'logs', '--f'], ['--follow', ':4']);
test(offers, ['agents', 'logs', '-f', '--f'], [':4']);
test(offers, ['apply', '-f', 'a.yaml', '--file'], ['--filename', ':4']);
test(offers, ['version', '--color', ''], ['auto', 'always', 'never', ':4']);
test(offers, ['version', '--color=a'], ['auto', 'always', ':4']);
test(offers, ['--log-level', ''], ['debug', 'info', 'warn', 'error', ':4']);
test(offers, ['-n', 'x', 'agents', 'logs', 'echo', '--iostream', 's'], ['stdout', 'stderr', ':4']);
test(offers, ['apply', '-f', ''], ['yaml', 'yml', 'json', ':8']);
test(offers, ['apply', ''], ['yaml', 'yml', 'json', ':8']);
test(offers, ['apply', '-k', ''], [':16']);
test(offers, ['--kubeconfig', ''], [':0']);
test(offers, ['agents', 'logs', 'echo', '--since', ''], [':4']);
test(offers, ['agents', 'logs', 'echo', '--', '--f'], [':4']);
test(offers, ['agents', 'get', ''], [':4']);

test('nothing at all is as good as an empty word', async (t) => {
  t.true((await offered([''])).includes('agents'));
  t.deepEqual(await offered([]), await offered(['']));
});

test('a command, a group and a flag carry their description', async (t) => {
  const { stdout } = await hear('kubectl clrk __complete version --cl', { home: '/nowhere', env: {} });
  t.true(stdout.startsWith('--client\tOnly the version of this program\n'));
  t.regex((await hear("kubectl clrk __complete ''", { home: '/nowhere', env: {} })).stdout, /^agents\tlist, get, logs$/m);
});

test('every flag of every command is offered, and each one that takes one of a few values offers them', async (t) => {
  for (const command of commands) {
    const form = formOf(command);
    const known = Cli.from([command]).definition(command)?.options.flatMap(({ nameSet }) => nameSet) ?? [];
    const words = command.paths?.[0] ?? [];
    const all = await offered([...words, '-']);
    t.deepEqual(known.filter((name) => !all.includes(name)), [], words.join(' '));
    for (const { names, choices } of form.flags.filter((flag) => flag.choices.length > 0)) t.deepEqual(await offered([...words, names[0] ?? '', '']), [...choices, choices.every((choice) => choice.endsWith('=')) ? ':6' : ':4']);
  }
});

function kubeconfig(t: ExecutionContext, server: string, user: object = { token: 'made-up' }): string {
  const home = mkdtempSync(join(tmpdir(), 'clrk-completion-'));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  const contexts = ['kind-dev', 'arn:aws:eks:eu:1:cluster/a', 'evil$(touch x)', 'two words'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } }));
  writeFileSync(join(home, 'config'), JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'kind-dev', contexts, clusters: [{ name: 'c', cluster: { server } }], users: [{ name: 'u', user }] }));
  return home;
}

test('contexts come from the kubeconfig, and none that a shell would take for something else', async (t) => {
  const home = kubeconfig(t, 'https://127.0.0.1:1');
  t.deepEqual(await offered(['--kubeconfig', 'config', 'agents', 'list', '--context', ''], home), ['kind-dev', 'arn:aws:eks:eu:1:cluster/a', ':4']);
  t.deepEqual(await offered(['agents', 'list', '--kubeconfig=config', '--context=arn:'], home), ['arn:aws:eks:eu:1:cluster/a', ':4']);
});

test('a cluster that is not there, or never answers, offers nothing and says nothing', async (t) => {
  t.deepEqual(await offered(['--kubeconfig', 'config', 'agents', 'get', ''], kubeconfig(t, 'https://127.0.0.1:1')), [':4']);
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  t.teardown(() => silent.close());
  await once(silent, 'listening');
  const { port } = silent.address() as { readonly port: number };
  t.deepEqual(await offered(['--kubeconfig', 'config', 'agents', 'get', ''], kubeconfig(t, `http://127.0.0.1:${port}`)), [':4']);
});

test('a program that logs in and never ends is not waited for', async (t) => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sleep', args: ['6'], interactiveMode: 'Never' };
  t.deepEqual(await offered(['--kubeconfig', 'config', 'agents', 'get', ''], kubeconfig(t, 'https://127.0.0.1:1', { exec })), [':4']);
});

for (const kind of clusterKinds) {
  test(`names come from the cluster of the flags, here one that is ${kind}`, async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'clrk-completion-'));
    t.teardown(() => rmSync(home, { recursive: true, force: true }));
    const { kube } = await startCluster(t, { kind, kubeconfig: join(home, '.clrk/kubeconfig.host') });
    const { namespaces, secrets, daemonAgents } = await import('../../../operator/kube/resources.ts');
    await kube.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } });
    const spec = { workerPoolRef: 'default', template: { spec: { image: 'curl:8' } } };
    for (const [namespace, name] of [['default', 'echo-bot'], ['default', 'watcher'], ['team-a', 'other']] as const) {
      await kube.create(daemonAgents, { apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'DaemonAgent', metadata: { name, namespace }, spec });
    }
    await kube.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'anthropic', namespace: 'default' } });
    t.deepEqual(await offered(['--local', 'agents', 'get', ''], home), ['echo-bot', 'watcher', ':4']);
    t.deepEqual(await offered(['agents', 'logs', '--local', '-n', 'team-a', ''], home), ['other', ':4']);
    t.deepEqual(await offered(['agents', 'get', '--local', 'da'], home), ['daemonagent/', ':6']);
    t.deepEqual(await offered(['agents', 'get', '--local', 'daemonagent/e'], home), ['daemonagent/echo-bot', ':4']);
    t.deepEqual(await offered(['secrets', 'delete', '--local', ''], home), ['anthropic', ':4']);
    t.deepEqual(await offered(['agents', 'list', '--local', '-n', 'team'], home), ['team-a', ':4']);
  });
}
