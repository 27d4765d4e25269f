// The single executable for this machine, run where there is no Node: its commands, a whole session, and each process of one.
import test from 'ava';
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, readdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, version } from '../../krew/checkout.ts';
import { descendants } from '../e2e/traces.ts';
import { BareMachine, executableIn, packaged } from '../support/executable.ts';
import { hasTmux, Tmux } from '../support/terminal.ts';

let executable = '';
let tidy = (): void => undefined;

test.before(async (t) => {
  t.timeout(180_000);
  const { folder, remove } = await packaged(['linux-x64']);
  tidy = remove;
  executable = executableIn(folder, 'linux-x64');
});
test.after.always(() => tidy());

const unknownModule = /ERR_|at .*\.js:/;

test.serial('on a machine without Node it tells its version, its help and what an unknown word may have meant', async (t) => {
  const machine = new BareMachine(t, executable);
  t.deepEqual(await machine.run(['version', '--client']), { code: 0, stdout: `Client Version: v${version}\n`, stderr: '' });
  const help = await machine.run(['--help']);
  t.is(help.code, 0);
  t.regex(help.stdout, /agents list/);
  t.notRegex(help.stdout, /__process/);
  const unknown = await machine.run(['agnets', 'list']);
  t.is(unknown.code, 1);
  t.regex(unknown.stderr, /^error: unknown command "agnets list"\nhint: did you mean/);
  t.notRegex(unknown.stderr, unknownModule);
});

test.serial('what it needs of a session is started by one reserved word, and by no other', async (t) => {
  const machine = new BareMachine(t, executable);
  const none = await machine.run(['__process', 'plugin']);
  t.is(none.code, 2);
  t.regex(none.stderr, /^error: __process starts a part of a session on Linux, and "plugin" is none here\n$/);
  for (const [name, complaint] of [['worker', /CLRK_/], ['proxy', /CLRK_/], ['operator', /CLRK_/], ['apiserver', /CLRK_/]] as const) {
    const { code, stderr } = await machine.run(['__process', name]);
    t.is(code, 2, name);
    t.regex(stderr, complaint, name);
    t.notRegex(stderr, unknownModule, name);
  }
});

for (const sandbox of ['namespaces', undefined]) {
  test.serial(`the first agent calls its model offline, from this one file, ${sandbox === undefined ? 'in the strongest sandbox there is' : 'in plain namespaces'}`, async (t) => {
    t.timeout(90_000);
    const machine = new BareMachine(t, executable);
    cpSync(join(root, '_examples/echo-bot'), join(machine.folder, 'echo-bot'), { recursive: true });
    const line = ['dev', '--no-tui', '--offline', '--apply', 'echo-bot/manifests', '--secret', 'anthropic-credentials=KEY:api-key', ...(sandbox === undefined ? [] : ['--sandbox', sandbox])];
    const session = spawn(machine.program, line, { cwd: machine.folder, env: { PATH: withoutNode(machine.folder), HOME: machine.home, KEY: 'sk-ant-made-up' }, stdio: ['ignore', 'pipe', 'pipe'] });
    t.teardown(() => void session.kill('SIGKILL'));
    let said = '';
    const called = new Promise<void>((resolve, reject) => {
      const look = (chunk: Buffer): void => {
        said += chunk.toString();
        if (/call 1: 200/.test(said)) resolve();
      };
      session.stdout.on('data', look);
      session.stderr.on('data', look);
      session.on('exit', () => reject(new Error(said)));
    });
    await called;
    const ours = descendants(session.pid ?? 0).map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')).filter(([file, word]) => file === machine.program && word === '__process');
    t.deepEqual(new Set(ours.map((words) => words[2])), new Set(['apiserver', 'operator', 'worker', 'proxy']));
    session.kill('SIGINT');
    t.is(await new Promise((resolve) => session.once('exit', resolve)), 0, said);
    t.notRegex(said, unknownModule);
  });
}

const onTmux = hasTmux ? test.serial : test.serial.skip; // tmux is the terminal that is looked at; .ci/run installs it
onTmux('on a terminal its screen has the panes side by side, each with its frame and its words', async (t) => {
  t.timeout(90_000);
  const machine = new BareMachine(t, executable);
  const terminal = new Tmux(t, `cd ${machine.folder} && env -i TERM=screen LANG=C.UTF-8 PATH=${withoutNode(machine.folder)} HOME=${machine.home} ${machine.program} dev --offline; echo "ended $?"; sleep 30`);
  const text = await terminal.until(/● worker-0 +\d+s/, 600);
  t.regex(text, /^╭─ 1 components ─{20}╮╭─ 2 agents ─{30}╮$/m);
  t.regex(text, /^│ {2}● egress-proxy +\d+s +││ {41}│$/m);
  t.regex(text, /^╰─{35}╯╰─{41}╯$/m);
  terminal.keys('C-c');
  await terminal.until(/ended 0/, 600);
});

test.serial('variables that would make Node run other code first change nothing', async (t) => {
  const machine = new BareMachine(t, executable);
  const planted = join(machine.folder, 'planted.cjs');
  writeFileSync(planted, "require('node:fs').writeSync(1, 'planted')");
  for (const [name, value] of [['NODE_OPTIONS', `--require ${planted}`], ['NODE_OPTIONS', '--no-such-flag'], ['NODE_PATH', machine.folder], ['PKG_EXECPATH', 'PKG_INVOKE_NODEJS']] as const) {
    t.deepEqual(await machine.run(['version', '--client'], { [name]: value }), { code: 0, stdout: `Client Version: v${version}\n`, stderr: '' }, `${name}=${value}`);
  }
});

test.serial('its native half lies in a folder that nobody else may enter, and is what is inside, whatever was put there before', async (t) => {
  const machine = new BareMachine(t, executable);
  const caches = join(machine.home, '.cache', 'kubectl-clrk');
  await machine.run(['version', '--client']);
  t.throws(() => statSync(caches), { code: 'ENOENT' }, 'a command that does not need it takes nothing out');
  t.is((await machine.run(['__process', 'operator'])).code, 2);
  t.is(statSync(caches).mode & 0o777, 0o700);
  const [folder = ''] = readdirSync(caches);
  const file = join(caches, folder, 'koffi.node');
  const whole = readFileSync(file);
  writeFileSync(file, 'not a library');
  chmodSync(caches, 0o777);
  t.regex((await machine.run(['__process', 'operator'])).stderr, /CLRK_/);
  t.true(readFileSync(file).equals(whole));
  t.is(statSync(caches).mode & 0o777, 0o700);
  t.deepEqual(readdirSync(join(caches, folder)), ['koffi.node']);
});

test.serial('a cache that belongs to another user, or leads elsewhere, is not used; what is named must be the very file', async (t) => {
  const machine = new BareMachine(t, executable);
  const elsewhere = join(machine.folder, 'elsewhere');
  mkdirSync(elsewhere);
  mkdirSync(join(machine.home, '.cache'));
  symlinkSync(elsewhere, join(machine.home, '.cache', 'kubectl-clrk'));
  const passing = join(machine.folder, 'tmp');
  mkdirSync(passing);
  t.regex((await machine.run(['__process', 'operator'], { TMPDIR: passing })).stderr, /CLRK_/);
  t.deepEqual([readdirSync(elsewhere), readdirSync(passing)], [[], []]);
  const forged = join(machine.folder, 'forged.node');
  writeFileSync(forged, 'not a library');
  t.regex((await machine.run(['__process', 'operator'], { CLRK_NATIVE_FILE: forged, TMPDIR: passing })).stderr, /CLRK_/);
  t.is(readFileSync(forged, 'utf8'), 'not a library');
  await machine.run(['__process', 'operator'], { HOME: passing });
  const folder = join(passing, '.cache', 'kubectl-clrk');
  // The system would load it: only a look at its content tells.
  writeFileSync(forged, Buffer.concat([readFileSync(join(folder, readdirSync(folder)[0] ?? '', 'koffi.node')), Buffer.from('x')]));
  t.regex((await machine.run(['__process', 'operator'], { CLRK_NATIVE_FILE: forged, HOME: '/nonexistent', TMPDIR: '/nonexistent' })).stderr, /forged\.node is not what this program put there/);
});

test.serial('a home that is somebody else\'s, or open to all, is left alone; a library that another user owns is not loaded', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('only root can make another user\'s files');
  const machine = new BareMachine(t, executable);
  const passing = join(machine.folder, 'tmp');
  mkdirSync(passing);
  const say = async (env: Readonly<Record<string, string>>): Promise<string> => (await machine.run(['__process', 'operator'], { TMPDIR: passing, ...env })).stderr;
  await say({});
  const caches = join(machine.home, '.cache', 'kubectl-clrk');
  const library = join(caches, readdirSync(caches)[0] ?? '', 'koffi.node');
  const nowhere = { HOME: '/nonexistent', TMPDIR: '/nonexistent' };
  t.regex(await say({ CLRK_NATIVE_FILE: library, ...nowhere }), /CLRK_/);
  chownSync(library, 12_345, 12_345);
  t.regex(await say({ CLRK_NATIVE_FILE: library, ...nowhere }), /^error: a part of this program could not be put .*koffi\.node can be written by others; .*\nhint: name a folder for it in XDG_CACHE_HOME/);
  for (const [uid, mode] of [[12_345, 0o755], [0, 0o777]] as const) {
    const home = join(machine.folder, `home-${uid}`);
    mkdirSync(home);
    chownSync(home, uid, uid);
    chmodSync(home, mode);
    t.regex(await say({ HOME: home }), /CLRK_/);
    t.deepEqual([readdirSync(home), readdirSync(passing)], [[], []]);
  }
  return undefined;
});

/** The system's programs, one link each, without Node. */
function withoutNode(folder: string): string {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  for (const path of ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']) {
    for (const name of readable(path)) {
      if (/^(node|nodejs|npm|npx)$/.test(name)) continue;
      try {
        symlinkSync(realpathSync(join(path, name)), join(programs, name));
      } catch {
        // There twice, or a link to nothing.
      }
    }
  }
  return programs;
}

function readable(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
