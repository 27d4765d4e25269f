// Completion where people meet it: kubectl's own __complete, and real shells with the scripts.
import test, { type ExecutionContext } from 'ava';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startCluster } from '../../support/cluster.ts';
import { finish, install, start, type Ended, type Installed } from '../../support/installed.ts';

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
const kubectl = spawnSync('kubectl', ['version', '--client']).error === undefined;

/** Beside the plugin, so that kubectl finds it. */
async function withCompletion(t: ExecutionContext): Promise<Installed> {
  const here = install(t);
  const { code, stdout } = await finish(start(here, 'kubectl-clrk completion install'));
  t.is(code, 0);
  t.is(stdout, `${join(here.folder, 'kubectl_complete-clrk')} created\n`);
  return here;
}

/** What kubectl hands to the shells, without the descriptions and without what it says of itself. */
async function kubectlOffers(here: Installed, words: string): Promise<readonly string[]> {
  const { stdout } = await finish(start(here, `kubectl __complete clrk ${words} 2>/dev/null`));
  return stdout.trimEnd().split('\n').map((line) => line.split('\t', 1)[0] ?? '');
}

test('kubectl completes the plugin through the program that `completion install` writes', async (t) => {
  if (!kubectl) return t.log('kubectl is not on PATH here') ?? t.pass();
  const here = await withCompletion(t);
  t.is(statSync(join(here.folder, 'kubectl_complete-clrk')).mode & 0o777, 0o755);
  t.deepEqual(await kubectlOffers(here, "agents ''"), ['list', 'get', 'logs', ':4']);
  t.deepEqual(await kubectlOffers(here, 'version --cli'), ['--client', ':4']);
  t.deepEqual(await kubectlOffers(here, 'version --color=n'), ['never', ':4']);
  t.deepEqual(await kubectlOffers(here, "apply -f ''"), ['yaml', 'yml', 'json', ':8']);
  await startCluster(t, { kubeconfig: join(here.home, '.clrk/kubeconfig.host') });
  writeFileSync(join(here.home, 'agent.yaml'), 'apiVersion: clrk.apoxy.dev/v1alpha1\nkind: DaemonAgent\nmetadata: {name: echo-bot}\nspec: {workerPoolRef: default, template: {spec: {image: curl}}}\n');
  t.is((await finish(start(here, 'kubectl clrk apply -f agent.yaml --local'))).code, 0);
  t.deepEqual(await kubectlOffers(here, "agents logs --local ''"), ['echo-bot', ':4']);
});

test('`completion install` is written once, leaves what is not its own, and goes away again', async (t) => {
  const here = await withCompletion(t);
  const file = join(here.folder, 'kubectl_complete-clrk');
  t.is((await finish(start(here, 'kubectl-clrk completion install'))).stdout, `${file} unchanged\n`);
  t.is((await finish(start(here, 'kubectl-clrk completion install --remove'))).stdout, `${file} deleted\n`);
  t.false(existsSync(file));
  const none = await finish(start(here, 'kubectl-clrk completion install --remove'));
  t.is(none.code, 1);
  t.regex(none.stderr, /^error: there is nothing to remove\nhint: /);
  writeFileSync(file, '#!/bin/sh\n# of somebody else\n');
  const refused = await finish(start(here, 'kubectl-clrk completion install'));
  t.is(refused.code, 1);
  t.regex(refused.stderr, /is there already and not ours\nhint: /);
  t.true(readFileSync(file, 'utf8').includes('somebody else'));
  const other = await finish(start(here, 'kubectl-clrk completion install --dir elsewhere'));
  t.is(other.stdout, `${join(here.home, 'elsewhere/kubectl_complete-clrk')} created\n`);
  t.regex(other.stderr, /^warning: .*elsewhere is not in PATH/);
});

test('where the plugin is not on PATH a folder of the person is taken, or one is asked for', async (t) => {
  const here = install(t);
  const call = (path: string): Promise<Ended> => finish(start({ ...here, env: { ...here.env, PATH: `${path}${delimiter}/usr/bin${delimiter}/bin` } }, `${here.folder}/kubectl-clrk completion install`));
  const nowhere = await call('/nonexistent');
  t.is(nowhere.code, 1);
  t.regex(nowhere.stderr, /^error: kubectl-clrk is in no folder of PATH\nhint: name a folder of PATH with --dir/);
  mkdirSync(join(here.home, '.local/bin'), { recursive: true });
  t.is((await call(join(here.home, '.local/bin'))).stdout, `${join(here.home, '.local/bin/kubectl_complete-clrk')} created\n`);
});

test('the program keeps silent when the plugin is gone', async (t) => {
  const here = await withCompletion(t);
  const ended = await finish(start({ ...here, env: { ...here.env, PATH: '/usr/bin:/bin' } }, `${here.folder}/kubectl_complete-clrk agents ''`));
  t.deepEqual(ended, { stdout: '', stderr: '', code: 0 });
});

/** COMPREPLY, as bash has it when the person presses TAB at the end of the line. */
async function bashOffers(here: Installed, line: string, before = ''): Promise<readonly string[]> {
  const script = `${before}
source <(kubectl-clrk completion bash)
COMP_LINE=$1 COMP_POINT=\${#1} COMP_TYPE=9 COMP_KEY=9
IFS=$' =:' read -ra COMP_WORDS <<< "$1"; [[ $1 == *[[:space:]] ]] && COMP_WORDS+=('')
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
entry=$(complete -p "\${COMP_WORDS[0]}"); [[ $entry =~ -F\\ ([^ ]+) ]]
"\${BASH_REMATCH[1]}" "\${COMP_WORDS[0]}" "\${COMP_WORDS[COMP_CWORD]}" '' 2>/dev/null
(( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"; true
`;
  writeFileSync(join(here.home, 'press.bash'), script);
  const { stdout } = await finish(start(here, `bash press.bash '${line}'`));
  return stdout.split('\n').filter(Boolean);
}

test('bash completes kubectl-clrk and kubectl clrk with the script alone', async (t) => {
  const here = install(t);
  mkdirSync(join(here.home, 'folder'));
  writeFileSync(join(here.home, 'agent.yaml'), '');
  writeFileSync(join(here.home, 'agent.txt'), '');
  t.deepEqual(await bashOffers(here, 'kubectl-clrk agents '), ['list', 'get', 'logs']);
  t.deepEqual(await bashOffers(here, 'kubectl clrk agents l'), ['list', 'logs']);
  t.deepEqual(await bashOffers(here, 'kubectl clrk version --color=a'), ['auto', 'always']);
  t.deepEqual(await bashOffers(here, 'kubectl clrk apply -f a'), ['agent.yaml']);
  t.deepEqual(await bashOffers(here, 'kubectl clrk apply -f f'), ['folder/']);
  t.deepEqual(await bashOffers(here, 'kubectl clrk apply -k f'), ['folder/']);
  t.deepEqual(await bashOffers(here, 'kubectl clrk version "$(touch evil)" --cli'), ['--client']);
  t.false(existsSync(join(here.home, 'evil')));
});

test('bash asks what completed kubectl before for everything else', async (t) => {
  // kubectl's own script is built on that package.
  const library = '/usr/share/bash-completion/bash_completion';
  if (!kubectl || !existsSync(library)) return t.log('kubectl or bash-completion is not installed here') ?? t.pass();
  const here = install(t);
  const before = `source ${library}; source <(kubectl completion bash)`;
  t.deepEqual(await bashOffers(here, 'kubectl api-v', before), ['api-versions']);
  t.deepEqual(await bashOffers(here, 'kubectl clrk secrets s', before), ['set']);
});

test('fish completes kubectl-clrk and kubectl clrk', async (t) => {
  if (!has('fish')) return t.log('fish is not installed here') ?? t.pass();
  const here = install(t);
  mkdirSync(join(here.home, 'folder'));
  const press = async (line: string): Promise<readonly string[]> => {
    const { stdout } = await finish(start(here, `fish --no-config -c 'kubectl-clrk completion fish | source; complete -C "${line}"'`));
    return stdout.trimEnd().split('\n').map((one) => one.split('\t', 1)[0] ?? '').toSorted();
  };
  t.deepEqual(await press('kubectl-clrk agents '), ['get', 'list', 'logs']);
  t.deepEqual(await press('kubectl clrk agents l'), ['list', 'logs']);
  t.deepEqual(await press('kubectl clrk version --color=a'), ['--color=always', '--color=auto']);
  t.deepEqual(await press('kubectl clrk apply -k fol'), ['folder/']);
  t.true((await press('kubectl clrk ')).includes('agents'));
});

test('zsh completes kubectl-clrk, kubectl clrk, and leaves kubectl to what completed it before', async (t) => {
  if (!has('zsh')) return t.log('zsh is not installed here') ?? t.pass();
  const here = install(t);
  writeFileSync(join(here.home, 'agent.yaml'), '');
  const setUp = "PS1='ASK>'; autoload -Uz compinit && compinit -u -D; _before() { compadd api-versions }; compdef _before kubectl; source <(kubectl-clrk completion zsh); tell() { zle -I; print -r -- \"LINE:${BUFFER}:END\" }; zle -N tell; bindkey '^T' tell; print READY";
  writeFileSync(join(here.home, 'set-up.zsh'), setUp);
  // A terminal of zsh's own, in which a person presses TAB, and then a key that tells what stands on the line.
  const press = async (line: string): Promise<string> => {
    writeFileSync(join(here.home, 'press.zsh'), `zmodload zsh/zpty
until_seen() { local seen part; while zpty -r terminal part; do seen+=$part; [[ $seen == *$1* ]] && break; done; print -r -- $seen }
zpty terminal 'zsh -f -i'
zpty -w terminal 'source set-up.zsh'
until_seen READY
zpty -w -n terminal $'${line}\\t\\C-t'
until_seen ':END'
`);
    const { stdout } = await finish(start({ ...here, env: { ...here.env, TERM: 'dumb' } }, 'timeout 30 zsh -f press.zsh'));
    return /LINE:(.*):END/.exec(stdout)?.[1] ?? stdout;
  };
  t.is(await press('kubectl-clrk age'), 'kubectl-clrk agents ');
  t.is(await press('kubectl clrk agents li'), 'kubectl clrk agents list ');
  t.is(await press('kubectl clrk version --color=al'), 'kubectl clrk version --color=always ');
  t.is(await press('kubectl clrk apply -f ag'), 'kubectl clrk apply -f agent.yaml ');
  t.is(await press('kubectl api'), 'kubectl api-versions ');
});
