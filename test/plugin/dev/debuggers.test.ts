// No process of a session can be looked into by another one of the same user: not by a debugger, not by /proc, not by a core file.
import test from 'ava';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Home, Session } from '../../e2e/session.ts';

const bundles = ['apiserver.js', 'operator.js', 'worker.js', 'proxy.js'] as const;
const statusOf = (pid: number): string => readFileSync(`/proc/${pid}/status`, 'utf8');
const userOf = (pid: number): number => Number(/^Uid:\s+(\d+)/m.exec(statusOf(pid))?.[1]);

/** Root reads everything by a right of its own. Without that right it is a user like any other: so the session is started, and so it is looked at. */
const asAnyUser = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace', '--'] : [];

/** Whether another process of the same user opens the memory of the process, which the kernel allows to whom it allows to trace it. */
function isOpen(pid: number): boolean {
  const uid = userOf(pid);
  const [file, ...args] = [...(uid === 0 ? asAnyUser : []), 'sh', '-c', `: < /proc/${pid}/mem`];
  return spawnSync(file, args, process.getuid?.() === uid ? {} : { uid, gid: uid }).status === 0;
}

test('the session and its children are closed to debuggers, and serve all the same', async (t) => {
  if (process.platform !== 'linux') return t.log('not Linux: nothing of this is there to be asked');
  const home = new Home();
  const session = new Session(home, ['--offline'], {}, asAnyUser);
  t.teardown(async () => {
    await session.stop('SIGTERM');
    home.remove();
  });
  for (const row of ['apiserver', 'controller-manager', 'worker-0', 'egress-proxy']) await session.until(new RegExp(`${row}.* ready`));
  await session.until(/export KUBECONFIG=/);
  const own = session.process.pid ?? 0;
  const children = readFileSync(`/proc/${own}/task/${own}/children`, 'utf8').trim().split(/\s+/).map(Number);
  const childOf = (bundle: string): number => children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/${bundle}`)) ?? 0;
  const family = new Map([['dev', own] as const, ...bundles.map((bundle) => [bundle, childOf(bundle)] as const)]);

  const ordinary = spawn(asAnyUser[0] ?? 'sleep', [...asAnyUser.slice(1), ...(asAnyUser[0] ? ['sleep'] : []), '60']);
  t.teardown(() => ordinary.kill());
  await new Promise((resolve) => { setTimeout(resolve, 200); });
  t.true(isOpen(ordinary.pid ?? 0), 'an ordinary process is open, so a closed one is told from it');
  for (const [name, pid] of family) {
    t.regex(readFileSync(`/proc/${pid}/limits`, 'utf8'), /Max core file size\s+0\s+0\s/, name);
    const ignored = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)/m.exec(statusOf(pid))?.[1] ?? '0'}`);
    t.is((ignored >> 9n) & 1n, 1n, `${name} ignores SIGUSR1, with which Node opens its inspector`);
    process.kill(pid, 'SIGUSR1');
    // Whoever made a user namespace may do everything in it, so the worker's user opens the worker; nothing else runs as that user.
    if (name !== 'worker.js') t.false(isOpen(pid), `${name} is not open to its own user`);
  }
  t.is((await home.kubectl('get', 'workerpool', 'default')).code, 0);
  t.notRegex(session.text, /Debugger listening|warning: |restarted/);
});
