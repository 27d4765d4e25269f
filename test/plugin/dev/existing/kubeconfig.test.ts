// What of a kubeconfig reaches the children: one context, with everything that it needs wherever they stand.
import test, { type ExecutionContext } from 'ava';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { borrowContext, loginEnvironment } from '../../../../plugin/dev/existing/kubeconfig.ts';
import { UserError } from '../../../../plugin/exit.ts';

function files(t: ExecutionContext, contents: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-kubeconfig-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const work = `
current-context: work
contexts:
- {name: work, context: {cluster: work, user: me, namespace: team}}
- {name: other, context: {cluster: other, user: robot}}
clusters:
- {name: work, cluster: {server: "https://work.example:6443/", certificate-authority: pki/ca.crt, tls-server-name: api}}
- {name: other, cluster: {server: "https://other.example"}}
users:
- {name: me, user: {client-certificate: me.crt, client-key: /keys/me.key}}
- {name: robot, user: {tokenFile: robot.token}}
`;
const copy = (text: string) => JSON.parse(text) as { contexts: unknown; clusters: [{ cluster: unknown }]; users: [{ user: unknown }] };

test('the context that is current is copied alone, and its paths hold from any folder', (t) => {
  const folder = files(t, { config: work });
  const borrowed = borrowContext(join(folder, 'config'), undefined);
  t.like(borrowed, { contextName: 'work', server: 'https://work.example:6443', namespace: 'team', user: 'me' });
  t.deepEqual(copy(borrowed.text), {
    apiVersion: 'v1', kind: 'Config', 'current-context': 'work',
    contexts: [{ name: 'work', context: { cluster: 'work', user: 'me', namespace: 'team' } }],
    clusters: [{ name: 'work', cluster: { server: 'https://work.example:6443', 'certificate-authority': join(folder, 'pki/ca.crt'), 'tls-server-name': 'api' } }],
    users: [{ name: 'me', user: { 'client-certificate': join(folder, 'me.crt'), 'client-key': '/keys/me.key' } }],
  } as unknown as ReturnType<typeof copy>);
});

test("a file with a token is named in the way that the library reads again when it changes", (t) => {
  const folder = files(t, { config: work });
  t.deepEqual(copy(borrowContext(join(folder, 'config'), 'other').text).users[0].user, { 'auth-provider': { name: 'tokenFile', config: { tokenFile: join(folder, 'robot.token') } } });
});

test('of entries with one name the first file counts, as with kubectl, and each path begins at its own file', (t) => {
  const folder = files(t, {
    'a/config': 'users:\n- {name: me, user: {client-certificate: mine.crt}}\n',
    'b/config': work,
  });
  const borrowed = borrowContext([join(folder, 'a/config'), join(folder, 'b/config')].join(':'), 'work');
  const { clusters: [{ cluster }], users: [{ user }] } = copy(borrowed.text);
  t.like(cluster, { 'certificate-authority': join(folder, 'b/pki/ca.crt') });
  t.deepEqual(user, { 'client-certificate': join(folder, 'a/mine.crt') });
});

test('a program that logs in is found beside the kubeconfig or on PATH, is told what is asked, and gets its variables but not the others', (t) => {
  const user = (command: string) => `current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://c"}}]\nusers: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ${command}, env: [{name: AWS_PROFILE, value: dev}]}}}]\n`;
  const folder = files(t, { beside: user('./bin/login'), path: user('aws') });
  const exec = (name: string) => (copy(borrowContext(join(folder, name), undefined).text).users[0].user as { exec: { command: string; env: readonly { name: string; value: string }[] } }).exec;
  t.is(exec('beside').command, join(folder, 'bin/login'));
  t.is(exec('path').command, 'aws');
  t.deepEqual(exec('path').env.map(({ name }) => name), ['AWS_PROFILE', 'KUBERNETES_EXEC_INFO']);
  t.like(JSON.parse(exec('path').env[1]?.value ?? ''), { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' });
  const shell = { AWS_PROFILE: 'x', HTTPS_PROXY: 'p', XDG_CONFIG_HOME: '/c', ANTHROPIC_API_KEY: 'secret', NODE_OPTIONS: '-r x', KUBECONFIG: 'k', LD_PRELOAD: 'l' };
  t.deepEqual(loginEnvironment(borrowContext(join(folder, 'path'), undefined), shell), { AWS_PROFILE: 'x', HTTPS_PROXY: 'p', XDG_CONFIG_HOME: '/c' });
  t.deepEqual(loginEnvironment(borrowContext(join(files(t, { config: work }), 'config'), undefined), shell), {}, 'no program, no variables');
});

const mistakes: readonly (readonly [what: string, text: string, context: string | undefined, message: RegExp, hint: RegExp])[] = [
  ['a context with a slip of the keyboard', work, 'wrok', /there is no context wrok in /, /did you mean work\?/],
  ['a context of another file', work, 'production', /there is no context production/, /contexts there: work, other/],
  ['no current context', work.replace('current-context: work', ''), undefined, /no context is chosen/, /--context; contexts there: work, other/],
  ['an empty file', '', undefined, /no context is chosen/, /it holds no context at all/],
  ['a file that is none', 'just text', undefined, /it is not a kubeconfig/, /--kubeconfig FILE/],
  ['broken YAML', 'a: [', undefined, /reading kubeconfig/, /--kubeconfig FILE/],
  ['a cluster that is missing', work.replace('- {name: work, cluster: {', '- {name: lost, cluster: {'), undefined, /names the cluster work, which has no server/, /kubectl config view/],
  ['a user that is missing', work.replace('- {name: me, user: {', '- {name: you, user: {'), undefined, /names the user me, who is not in/, /kubectl config view/],
  ['a server that is none', work.replace('https://work.example:6443/', 'work.example'), undefined, /is not an http or https URL/, /kubectl config view/],
  ['aliases without end', `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]`, undefined, /reading kubeconfig/, /--kubeconfig FILE/],
];
for (const [what, text, context, message, hint] of mistakes) {
  test(`${what} is told with what to do`, (t) => {
    const error = t.throws(() => borrowContext(join(files(t, { config: text }), 'config'), context), { instanceOf: UserError });
    t.regex(error.message, message);
    t.regex(error.hints.join('\n'), hint);
  });
}
