// A whole worker process on a real kernel: what it reports, what survives a dead proxy or operator, and that it leaves nothing behind.
import test, { type ExecutionContext } from 'ava';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageArchiveName, workerUser } from '../../sandbox/contract.ts';
import { descendants } from '../../sandbox/processes.ts';
import { dockerArchive, programFiles } from './archives.ts';
import { isRoot, order, Rig, type RigOptions } from './rig.ts';

async function started(t: ExecutionContext, options: RigOptions = {}): Promise<Rig> {
  const rig = new Rig();
  t.teardown(() => rig.stop());
  const { runtime } = await rig.start(options);
  t.log(`${runtime.detail}, ${runtime.interception}`);
  return rig;
}

const pids = (): readonly string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/** What a process that may end meanwhile says about itself. */
function tell(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

const network = (pid: string): string => tell(() => readlinkSync(`/proc/${pid}/ns/net`));

/** Mounts and processes that carry a mark of ours. */
function traces(mark: string): { readonly mounts: readonly string[]; readonly processes: readonly string[] } {
  return {
    mounts: readFileSync('/proc/mounts', 'utf8').split('\n').filter((line) => line.includes(mark)),
    processes: pids().map((pid) => tell(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))).filter((line) => line.includes(mark)),
  };
}

const beating = order('beating', { command: ['/bin/sh', '-c', 'while true; do curl -sS --max-time 2 http://10.9.8.7/ 2>&1; echo; sleep 0.1; done'] });

test.serial('a running agent is reported, its lines arrive as records with its identity, and stop leaves nothing', async (t) => {
  const rig = await started(t);
  rig.operator.order([beating]);
  await rig.until('a line', () => rig.lines('beating').length > 1);
  await rig.until('Running', () => rig.status('beating')?.phase === 'Running');
  t.like(rig.status('beating'), { phase: 'Running', imageReady: true, restartCount: 0 });
  const record = rig.operator.records.find((r) => r.attributes['clrk.sandbox.id'] === 'beating');
  t.like(record?.attributes, { 'agent.kind': 'DaemonAgent', 'agent.name': 'beating', 'log.iostream': 'stdout' });
  t.like(rig.receiver.admissions.get('beating'), { id: 'beating', gateway: 'default/echo', agent: { name: 'beating' } });
  const own = network('self');
  const family = descendants(rig.worker?.pid ?? 0).map(String);
  t.true(family.some((pid) => !['', own].includes(network(pid))), 'the sandbox has a network of its own');
  rig.worker?.kill('SIGTERM');
  t.is(await rig.exited, 0);
  t.deepEqual(rig.receiver.ended, ['beating']);
  await rig.until('nothing being left', () => traces(rig.dir).processes.length === 0 && !family.some((pid) => existsSync(`/proc/${pid}/exe`)));
  t.deepEqual(traces(rig.dir).mounts, []);
  t.deepEqual(existsSync(rig.runDir) ? readdirSync(rig.runDir) : [], []);
  for (const groups of ['/sys/fs/cgroup/memory', '/sys/fs/cgroup/pids', '/sys/fs/cgroup']) {
    if (existsSync(groups)) await rig.until('the groups being gone', () => readdirSync(groups).every((name) => !name.startsWith(`clrk-worker-0-${rig.worker?.pid}`)));
  }
});

test.serial('a killed worker takes every sandbox with it', async (t) => {
  const rig = await started(t);
  rig.operator.order([beating]);
  await rig.until('a line', () => rig.lines('beating').length > 0);
  rig.worker?.kill('SIGKILL');
  await rig.exited;
  await rig.until('the sandbox being gone', () => traces('10.9.8.7').processes.length === 0 && traces(rig.dir).processes.length === 0);
  t.pass();
});

test.serial('a dead proxy refuses at once, and the next one gets the same sandbox without a restart', async (t) => {
  const rig = await started(t);
  rig.operator.order([beating]);
  await rig.until('an answer', () => rig.lines('beating').some((l) => l.includes('"sandbox":"beating"')));
  await rig.receiver.die();
  const from = rig.lines('beating').length;
  await rig.until('a refusal', () => rig.lines('beating').slice(from).some((l) => /Couldn't connect|refused/.test(l)));
  await rig.receiver.start();
  const back = rig.lines('beating').length;
  await rig.until('an answer again', () => rig.lines('beating').slice(back).some((l) => l.includes('"sandbox":"beating"')));
  t.is(rig.status('beating')?.restartCount, 0);
});

test.serial('a proxy that only paused gets the same sandbox again: no agent ends for it', async (t) => {
  const rig = await started(t);
  rig.operator.order([{ ...beating, restartPolicy: 'Never' }]);
  await rig.until('an answer', () => rig.lines('beating').some((l) => l.includes('"sandbox":"beating"')));
  rig.receiver.pause();
  await rig.until('a new admission', () => rig.errors.includes('sandbox admitted again'));
  const back = rig.lines('beating').length;
  await rig.until('an answer again', () => rig.lines('beating').slice(back).some((l) => l.includes('"sandbox":"beating"')));
  t.like(rig.status('beating'), { phase: 'Running', restartCount: 0 });
});

test.serial('a run that the worker ends for want of sockets counts for nothing, and the agent starts again', async (t) => {
  const rig = await started(t, { env: { CLRK_SANDBOX: 'namespaces' } });
  // What the proxy's sockets were bound to is free while it is dead.
  const grab = 'perl -MIO::Socket::INET -e \'$| = 1; print "up\\n"; while (1) { $s ||= IO::Socket::INET->new(Listen => 1, LocalPort => 15001) and print "mine\\n"; select undef, undef, undef, 0.05; last if $s } sleep 1000\'';
  rig.operator.order([order('grabbing', { command: ['/bin/sh', '-c', grab], restartPolicy: 'Never' })]);
  await rig.until('its start', () => rig.lines('grabbing').includes('up'));
  if (rig.operator.statuses.at(-1)?.runtime.interception !== 'tproxy') return t.pass('the two ports that are listened on here are out of an agent\'s reach');
  await rig.receiver.die();
  await rig.until('its grab', () => rig.lines('grabbing').includes('mine'));
  await rig.receiver.start();
  await rig.until('another start', () => rig.lines('grabbing').filter((line) => line === 'up').length === 2);
  await rig.until('Running', () => rig.status('grabbing')?.phase === 'Running');
  t.is(rig.status('grabbing')?.restartCount, 0);
});

test.serial('a worker that ends does not tell its agents as ended; the count of restarts goes on under the next one', async (t) => {
  const rig = await started(t);
  rig.operator.order([beating, order('spent', { command: ['/bin/sh', '-c', 'exit 3'], restartPolicy: 'OnFailure', maxRestarts: 7, restartCount: 7 })]);
  await rig.until('both', () => rig.status('beating')?.phase === 'Running' && rig.status('spent')?.phase === 'Stopped');
  t.is(rig.status('spent')?.restartCount, 7);
  rig.operator.order([{ ...beating, restartCount: 5 }]);
  await rig.until('one', () => rig.operator.statuses.at(-1)?.sandboxes.length === 1);
  t.like(rig.status('beating'), { phase: 'Running', restartCount: 0 }, 'a count is no reason for a new sandbox');
  rig.worker?.kill('SIGTERM');
  t.is(await rig.exited, 0);
  t.false(rig.operator.statuses.some(({ sandboxes }) => sandboxes.some(({ id, phase }) => id === 'beating' && phase === 'Stopped')));
});

test.serial('nothing starts before the proxy has admitted it', async (t) => {
  const rig = await started(t);
  await rig.receiver.die();
  rig.operator.order([beating]);
  await rig.until('Pending with a reason', () => /egress proxy/.test(rig.status('beating')?.message ?? ''));
  t.is(rig.status('beating')?.phase, 'Pending');
  t.deepEqual(rig.lines('beating'), []);
  await rig.receiver.start();
  await rig.until('Running', () => rig.status('beating')?.phase === 'Running');
});

const asRoot = isRoot ? test.serial : test.serial.skip; // only root has a root to give up
asRoot('started as root with everything in a closed folder, it works as an ordinary user', async (t) => {
  const rig = await started(t, { isClosed: true });
  rig.operator.order([beating]);
  await rig.until('an answer', () => rig.lines('beating').some((l) => l.includes('"sandbox":"beating"')));
  const all = [rig.worker?.pid ?? 0, ...descendants(rig.worker?.pid ?? 0)];
  const users = all.map((pid) => ({ name: tell(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()), uid: /^Uid:\s+(\d+)/m.exec(tell(() => readFileSync(`/proc/${pid}/status`, 'utf8')))?.[1] }));
  // The shell that removes the control groups in the end, and the cat it waits for, are all that is left of root.
  const ofRoot = users.filter(({ uid }) => uid === '0').map(({ name }) => name);
  t.deepEqual(ofRoot.filter((name) => name !== 'sh' && name !== 'cat'), []);
  t.true(users.some(({ uid }) => uid === String(workerUser.uid)));
});

test.serial('a failing agent is restarted after a second and shown as a crash loop; a withdrawn order ends', async (t) => {
  const rig = await started(t);
  rig.operator.order([order('failing', { command: ['/bin/sh', '-c', 'echo once; exit 3'] })]);
  await rig.until('a crash loop', () => rig.status('failing')?.phase === 'CrashLoopBackOff');
  t.is(rig.status('failing')?.message, 'the last run ended with exit code 3');
  await rig.until('a restart', () => rig.lines('failing').length >= 2);
  rig.operator.order([]);
  await rig.until('its end', () => rig.operator.statuses.at(-1)?.sandboxes.length === 0);
});

test.serial('an agent that ignores SIGTERM is killed; one that heeds it ends by itself', async (t) => {
  const rig = await started(t);
  rig.operator.order([order('polite', { command: ['/bin/sh', '-c', 'trap "echo bye; exit 0" TERM; echo ready; while true; do sleep 0.1; done'] })]);
  await rig.until('its start', () => rig.lines('polite').includes('ready'));
  rig.operator.order([]);
  await rig.until('its farewell', () => rig.lines('polite').includes('bye'));
  t.pass();
});

test.serial('an image that is not here keeps the order Pending and says how to give it; an archive answers', async (t) => {
  const rig = await started(t);
  const image = 'example.org/tools:1';
  const unknown = order('pulling', { image, command: ['/bin/hello'], restartPolicy: 'Never' });
  rig.operator.order([unknown]);
  await rig.until('the message', () => /--image example.org\/tools:1=FILE/.test(rig.status('pulling')?.message ?? ''));
  t.like(rig.status('pulling'), { phase: 'Pending', imageReady: false });
  const sleeper = programFiles('/bin/sh');
  const config = { Entrypoint: ['/bin/sh', '-c'], Cmd: ['echo from the image; read x < /etc/ssl/certs/ca-certificates.crt; echo "$x"'] };
  writeFileSync(join(rig.stateDir, 'images', imageArchiveName(image)), dockerArchive([sleeper], { config }));
  rig.operator.order([order('running', { image, command: [], restartPolicy: 'Never' })]);
  await rig.until('its lines', () => rig.lines('running').length >= 2);
  t.deepEqual(rig.lines('running'), ['from the image', 'the PEM of a CA']);
});

test.serial('without runsc, bwrap and nft plain namespaces run it, with two ports; the status says what is missing', async (t) => {
  const rig = new Rig();
  t.teardown(() => rig.stop());
  const tools = join(rig.dir, 'tools/bin');
  mkdirSync(tools, { recursive: true });
  for (const name of ['unshare', 'prlimit']) symlinkSync(`/usr/bin/${name}`, join(tools, name));
  const { runtime } = await rig.start({ env: { PATH: tools } });
  t.is(runtime.name, 'namespaces');
  t.is(runtime.interception, 'ports');
  t.regex(runtime.missing.join('\n'), /nftables is not installed/);
  t.regex(runtime.missing.join('\n'), /gvisor: runsc is not installed/);
  const lines = await rig.run('plain', 'curl -sS http://a.example/; echo; curl -sS --max-time 3 http://a.example:8080/ 2>&1; curl -sS --max-time 3 http://169.254.169.254/ 2>&1');
  t.regex(lines[0] ?? '', /"port":80/);
  t.is(lines.filter((l) => /Couldn't connect|refused/.test(l)).length, 2);
});

test.serial('a required runtime that is not there ends the worker with code 2 and says how to get it', async (t) => {
  const rig = new Rig();
  t.teardown(() => rig.stop());
  const tools = join(rig.dir, 'tools/bin');
  mkdirSync(tools, { recursive: true });
  for (const name of ['unshare', 'prlimit']) symlinkSync(`/usr/bin/${name}`, join(tools, name));
  await t.throwsAsync(rig.start({ env: { PATH: tools, CLRK_SANDBOX: 'bubblewrap' } }), { message: /ended with 2.*CLRK_SANDBOX: bubblewrap: bwrap is not installed.*package bubblewrap/s });
});

test.serial('a wrong setting is one line that names the variable, and code 2', async (t) => {
  const rig = new Rig();
  t.teardown(() => rig.stop());
  await t.throwsAsync(rig.start({ env: { CLRK_OPERATOR_URL: 'http://plain' } }), { message: /ended with 2: clrk-worker: CLRK_OPERATOR_URL:/ });
});

test.serial('running sandboxes go on while the operator is away', async (t) => {
  const rig = await started(t);
  rig.operator.order([beating]);
  await rig.until('a connection', () => rig.receiver.connections.length > 1);
  await rig.operator.close();
  const seen = rig.receiver.connections.length;
  await rig.until('more connections', () => rig.receiver.connections.length > seen + 3);
  t.is(rig.worker?.exitCode, null);
});

test.serial('a memory limit kills, and the message says so where control groups are there', async (t) => {
  const rig = await started(t, { env: { CLRK_SANDBOX: 'namespaces' } });
  const hog = 'x=0123456789abcdef; while true; do x="$x$x"; done';
  rig.operator.order([order('hog', { command: ['/bin/sh', '-c', hog], restartPolicy: 'Never', limits: { cpuMillis: 500, memoryBytes: 64 * 1024 * 1024 } })]);
  const message = await rig.until('its end', () => rig.status('hog')?.phase === 'Stopped' && rig.status('hog')?.message);
  t.log(message);
  const { missing } = rig.operator.statuses.at(-1)?.runtime ?? { missing: [] };
  if (missing.length === 0) t.regex(message, /over its memory limit of 67108864 bytes/);
  else t.regex(message, /ended with/);
});
