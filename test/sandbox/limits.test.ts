// What an agent can take at most: processes, cpu, temporary space; and what is said of one that cannot be run.
import test from 'ava';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot, order, Rig } from './rig.ts';
import { present } from './runtimes.ts';

const hasPerl = existsSync('/usr/bin/perl');
/** Forks until it is refused, tells how far it came, and ends what it started. */
const bomb = `perl -e '$| = 1; my @p; while (@p < 3000) { my $p = fork; last unless defined $p; if (!$p) { sleep 1000; exit } push @p, $p } print "forked ", scalar @p, "\\n"; kill 9, @p; sleep 1 while wait > 0'`;

for (const { name } of present.filter((one) => hasPerl && one.name !== 'gvisor')) {
  test.serial(`without control groups an agent under ${name} has its own number of processes, and another one starts meanwhile`, async (t) => {
    const rig = new Rig();
    t.teardown(() => rig.stop());
    const { runtime } = await rig.start({ env: { CLRK_SANDBOX: name }, ...(isRoot ? { uid: 12_345 } : {}) });
    t.regex(runtime.missing.join('\n'), /memory is limited per process, and cpu not at all/);
    const holding = bomb.replace('kill 9, @p;', 'sleep 1000;');
    rig.operator.order([order('bomb', { command: ['/bin/sh', '-c', holding] })]);
    const forked = Number((await rig.until('its end', () => rig.lines('bomb').find((line) => line.startsWith('forked')))).slice('forked '.length));
    t.true(forked > 500 && forked < 1088, `forked ${forked}`);
    rig.operator.order([order('bomb', { command: ['/bin/sh', '-c', holding] }), order('other', { command: ['/bin/sh', '-c', 'echo here; sleep 1000'] })]);
    await rig.until('the other one', () => rig.lines('other').includes('here'));
  });
}

/** The control groups of a sandbox by controller, where the worker could make some. */
function groupsOf(worker: number, id: string): Readonly<Record<string, string>> {
  const tops = ['/sys/fs/cgroup', ...['memory', 'cpu', 'cpu,cpuacct', 'pids'].map((name) => join('/sys/fs/cgroup', name))].filter((top) => existsSync(top));
  const found: Record<string, string> = {};
  for (const top of tops) {
    const own = readdirSync(top, { recursive: true, withFileTypes: true }).find((entry) => entry.isDirectory() && entry.name === id && entry.parentPath.endsWith(`clrk-worker-0-${worker}`));
    if (own === undefined) continue;
    const folder = join(own.parentPath, id);
    for (const controller of ['cpu', 'pids']) if (readdirSync(folder).some((file) => file.startsWith(`${controller}.`))) found[controller] = folder;
  }
  return found;
}

const counter = (file: string, name: string): number => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? -1);

for (const { name } of present.filter(() => hasPerl && isRoot)) {
  test.serial(`under ${name} the kernel itself counts that cpu and processes were held back, where control groups could be made`, async (t) => {
    const rig = new Rig();
    t.teardown(() => rig.stop());
    await rig.start({ env: { CLRK_SANDBOX: name } });
    rig.operator.order([order('greedy', { command: ['/bin/sh', '-c', `${bomb}; while true; do :; done`], limits: { cpuMillis: name === 'gvisor' ? 900 : 400, memoryBytes: 0 } })]);
    const groups = await rig.until('a run', () => rig.status('greedy')?.phase === 'Running' && groupsOf(rig.worker?.pid ?? 0, 'greedy'));
    if (Object.keys(groups).length === 0) return t.log('no control group could be made here: nothing was compared');
    t.log(groups);
    const { cpu, pids } = groups;
    if (cpu !== undefined) await rig.until('throttling', () => counter(join(cpu, 'cpu.stat'), 'nr_throttled') > 0);
    if (pids !== undefined) {
      const most = Number(readFileSync(join(pids, 'pids.max'), 'utf8'));
      t.is(most, name === 'gvisor' ? 8192 : 1024);
      // gVisor's own kernel refuses the agent first, and goes on.
      if (name === 'gvisor') t.regex(await rig.until('a refusal', () => rig.lines('greedy').find((line) => line.startsWith('forked'))), /^forked [45]\d\d$/);
      if (name !== 'gvisor') await rig.until('a refusal', () => counter(join(pids, 'pids.events'), 'max') > 0);
      t.true(Number(readFileSync(join(pids, 'pids.current'), 'utf8')) <= most);
    }
    t.pass();
  });
}

for (const { name } of present) {
  test.serial(`under ${name} temporary space is there for the agent, and has an end`, async (t) => {
    const rig = new Rig();
    t.teardown(() => rig.stop());
    await rig.start({ env: { CLRK_SANDBOX: name } });
    const fill = ['/tmp', '/run', '/dev/shm'].map((folder) => `dd if=/dev/zero of=${folder}/x bs=1M count=120 2>/dev/null && echo "${folder} endless"; [ -s ${folder}/x ] && echo "${folder} written"; rm -f ${folder}/x`);
    const lines = await rig.run('filling', `${fill.join('; ')}; (echo x > /dev/x) 2>/dev/null && echo "/dev open"`, { hasEgress: false });
    t.deepEqual(lines.filter((line) => name !== 'gvisor' || !line.endsWith('endless')), ['/tmp written', '/run written', '/dev/shm written', ...(name === 'gvisor' && lines.includes('/dev open') ? ['/dev open'] : [])]);
  });
}

test.serial('a command that is not there or cannot be run is a line of the agent and exit code 127', async (t) => {
  const rig = new Rig();
  t.teardown(() => rig.stop());
  await rig.start({ env: { CLRK_SANDBOX: 'namespaces' } });
  const commands = { absent: ['/no/such'], plain: ['/etc/passwd'], folder: ['/usr'], unknown: ['no-such-program'] };
  rig.operator.order(Object.entries(commands).map(([id, command]) => order(id, { command, restartPolicy: 'Never', hasEgress: false })));
  await rig.until('all ends', () => Object.keys(commands).every((id) => rig.status(id)?.phase === 'Stopped' && rig.lines(id).length > 0));
  t.deepEqual(rig.lines('absent'), ['clrk: /no/such: not found in the image']);
  t.deepEqual(rig.lines('plain'), ['clrk: /etc/passwd: is not an executable file']);
  t.deepEqual(rig.lines('folder'), ['clrk: /usr: is not an executable file']);
  t.deepEqual(rig.lines('unknown'), ['clrk: no-such-program: not found in the image']);
  for (const id of Object.keys(commands)) t.is(rig.status(id)?.message, 'the last run ended with exit code 127');
});
