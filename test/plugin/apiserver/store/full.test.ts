// A disk without space, as clients of the API server see it: writes are refused with the reason, reads go on, and so do writes once there is space.
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { ask, collection } from './kill-client.ts';
import { readyOrGone, startRig } from './rig.ts';

/** No file of the process grows beyond 32 KB: what a full disk does, to one process. */
const small = `trap '' XFSZ; ulimit -S -f 64`;
const onLinux = process.platform === 'linux' ? test : test.skip; // Linux alone tells a process so that its files may not grow
const made = (name: string, length: number): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: { text: 'z'.repeat(length) } });

onLinux('a write that the disk has no space for is refused with why, everything else goes on, and a restart finds what was acknowledged', async (t) => {
  const rig = await startRig(t);
  const first = rig.start(small);
  await readyOrGone(first);
  const agent = rig.agent();
  const names: string[] = [];
  let reply = await ask(rig.address, agent, 'POST', collection, made('c0', 3000));
  while (reply.status === 201) {
    names.push(`c${names.length}`);
    reply = await ask(rig.address, agent, 'POST', collection, made(`c${names.length}`, 3000));
  }
  t.true(names.length > 3);
  t.like(reply, { status: 500, body: { kind: 'Status', reason: 'InternalError', message: 'Internal error occurred: the write could not be stored: EFBIG; free some space in the data folder and try again' } });
  const listed = async (): Promise<readonly string[]> => (await ask(rig.address, agent, 'GET', collection)).body.items?.map(({ metadata }) => metadata?.name ?? '') ?? [];
  t.deepEqual(await listed(), names);
  execFileSync('prlimit', ['--pid', String(first.pid), '--fsize=unlimited:']);
  const last = `c${names.length}`;
  t.is((await ask(rig.address, agent, 'POST', collection, made(last, 3000))).status, 201);
  first.kill('SIGKILL');
  await once(first, 'exit');
  await readyOrGone(rig.start());
  t.deepEqual((await listed()).toSorted(), [...names, last].toSorted());
});

onLinux('a snapshot that the disk has no space for leaves nothing behind, and is written once there is space', async (t) => {
  const rig = await startRig(t, { CLRK_COMPACT_AFTER_BYTES: '12000' });
  const child = rig.start(small);
  await readyOrGone(child);
  const agent = rig.agent();
  const write = async (name: string): Promise<void> => {
    const { status } = await ask(rig.address, agent, 'POST', collection, made(name, 1500));
    t.is(status, 201, name);
  };
  for (let i = 0; i < 40; i++) await write(`c${i}`);
  t.regex(rig.log, /"msg":"writing a snapshot".*EFBIG/);
  t.deepEqual(readdirSync(rig.state).filter((name) => name.endsWith('.tmp')), []);
  execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:']);
  const snapshots = (): readonly string[] => readdirSync(rig.state).filter((name) => name.startsWith('snapshot-'));
  const before = snapshots().at(-1);
  for (let i = 0; snapshots().at(-1) === before; i++) await write(`d${i}`);
  t.true(snapshots().length > 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await readyOrGone(rig.start());
  const list = await ask(rig.address, agent, 'GET', collection);
  t.true((list.body.items?.length ?? 0) >= 41);
});
