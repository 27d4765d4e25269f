// The worker as the first process of a container whose /proc is masked, as every pod's is: gVisor runs agents there, and nothing of them is left.
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianPackage } from '../../krew/images/debian.ts';
import { pinnedAt, pins } from '../../krew/images/pins.ts';
import { children } from '../../sandbox/processes.ts';
import { imageCache } from '../support/images.ts';
import { isRoot, order, Rig } from './rig.ts';

const test = (isRoot ? anyTest : anyTest.skip) as TestFn;
const programs = mkdtempSync(join(tmpdir(), 'clrk-programs-'));

// The image's own: releases before 2023 need a /proc that shows all.
anyTest.before(async () => {
  const pin = pins[process.arch === 'arm64' ? 'arm64' : 'amd64'].find(({ name }) => name === 'runsc');
  const runsc = pin && (await debianPackage(pin, pinnedAt, join(imageCache, 'debian'))).files.get('usr/bin/runsc');
  if (runsc?.kind === 'file') writeFileSync(join(programs, 'runsc'), runsc.bytes, { mode: 0o755 });
  chmodSync(programs, 0o755);
});
anyTest.after.always(() => rmSync(programs, { recursive: true, force: true }));

/** A process namespace with a /proc of which a part is covered, and the worker its first process. */
const container = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '/bin/sh', '-c', 'mount -t tmpfs none /proc/irq && exec "$@"', 'sh'] as const;

async function started(t: ExecutionContext): Promise<Rig> {
  const rig = new Rig();
  t.teardown(() => rig.stop());
  t.is((await rig.start({ within: container, env: { PATH: `${programs}:${process.env['PATH'] ?? ''}` } })).runtime.name, 'gvisor');
  return rig;
}

/** As this machine counts: below what made the container is the worker, and below that are the dead and what is left of runsc. */
const left = (rig: Rig): readonly string[] => children(children(rig.worker?.pid ?? 0)[0] ?? 0).map(status).filter((text) => /^State:\s+Z|^Name:\s+(runsc|exe)/m.test(text));

function status(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

test('agents run, heed SIGTERM or are killed, and what is left of them is buried', async (t) => {
  const rig = await started(t);
  const heeding = order('heeding', { command: ['/bin/sh', '-c', 'trap "echo heeded; exit 0" TERM; echo up; while :; do sleep 0.1; done'] });
  const ignoring = order('ignoring', { command: ['/bin/sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.1; done'] });
  rig.operator.order([heeding, ignoring]);
  await rig.until('both', () => rig.lines('heeding').includes('up') && rig.lines('ignoring').includes('up'));
  t.deepEqual(await rig.run('other', 'cat /proc/self/status | grep -c State'), ['1']);
  rig.operator.order([]);
  await rig.until('the end of all', () => rig.operator.statuses.at(-1)?.sandboxes.length === 0);
  t.true(rig.lines('heeding').includes('heeded'));
  await rig.until('the dead being buried', () => left(rig).length === 0);
  rig.worker?.stdin?.end();
  t.is(await rig.exited, 0);
});

test('a runtime that gives the agent a /proc of its own is refused there', async (t) => {
  const rig = new Rig();
  t.teardown(() => rig.stop());
  await t.throwsAsync(rig.start({ within: container, env: { CLRK_SANDBOX: 'namespaces' } }), { message: /ended with 2: clrk-worker: CLRK_SANDBOX: namespaces: / });
});
