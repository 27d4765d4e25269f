// The hardened bubblewrap runtime: user, mount, process, IPC and host name namespaces, no capability, and our own system call filter.
import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fewProcesses } from './limits.ts';
import { children, signal } from './processes.ts';
import { ownProcesses, temporaryBytes, type Launch, type Runtime, type Start } from './runtime.ts';
import { filter } from './seccomp.ts';

export function bubblewrap(version: string): Runtime {
  return {
    name: 'bubblewrap',
    detail: `bubblewrap ${version}, seccomp`,
    hasOwnLimits: false,
    start,
    // Below unshare: bwrap forwards nothing; its child is the sandbox's first process, which buries orphans, and that one's children are the agent.
    terminate: ({ pid }) => children(pid).flatMap(children).flatMap(children).forEach((agent) => signal(agent, 'SIGTERM')),
    clean: () => undefined,
  };
}

function start(launch: Launch): Start {
  const filterFile = join(launch.scratch, 'filter');
  const argumentFile = join(launch.scratch, 'arguments');
  writeFileSync(filterFile, filter(process.arch));
  // By a file and not on the command line, where every user of the host could read the agent's variables.
  writeFileSync(argumentFile, options(launch).map((option) => `${option}\0`).join(''), { mode: 0o600 });
  return {
    file: 'unshare',
    args: ['--user', '--map-root-user', ...ownProcesses, ...fewProcesses, 'bwrap', '--args', '3', '--', ...launch.command],
    env: { PATH: process.env['PATH'] ?? '' },
    fds: [openSync(argumentFile, 'r'), openSync(filterFile, 'r')],
  };
}

function options(launch: Launch): readonly string[] {
  const { id, root, binds, env, workdir, user } = launch;
  const mounts: readonly (readonly string[])[] = [
    ['--ro-bind', root, '/'],
    ...binds.map(({ source, target }) => ['--ro-bind', source, target]),
    ['--proc', '/proc'],
    ['--dev', '/dev'],
    ['--size', String(temporaryBytes), '--perms', '1777', '--tmpfs', '/dev/shm'],
    ['--remount-ro', '/dev'],
    ['--size', String(temporaryBytes), '--tmpfs', '/run'],
    ['--size', String(temporaryBytes), '--perms', '1777', '--tmpfs', '/tmp'],
  ];
  const rights: readonly (readonly string[])[] = [
    ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--disable-userns'],
    ['--uid', String(user.uid), '--gid', String(user.gid), '--cap-drop', 'ALL', '--seccomp', '4'],
    ['--die-with-parent', '--new-session', '--hostname', id, '--chdir', workdir, '--clearenv'],
    ...Object.entries(env).map(([name, value]) => ['--setenv', name, value]),
  ];
  return [...rights, ...mounts].flat();
}
