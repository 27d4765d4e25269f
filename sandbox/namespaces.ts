// The plain runtime: util-linux's unshare makes the namespaces, and this program, started inside them, does the rest before it becomes the agent.
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executable } from './contract.ts';
import { fewProcesses } from './limits.ts';
import { catchesTerm, children, killTree, signal } from './processes.ts';
import type { Own } from './own.ts';
import type { Launch, Runtime, Start } from './runtime.ts';

/** Argument that makes this program the launcher; see launch.ts. */
export const launchArgument = 'launch';

export function namespaces(version: string, own: Own): Runtime {
  return {
    name: 'namespaces',
    detail: `Linux namespaces (${version}), seccomp`,
    hasOwnLimits: false,
    start: (launch) => start(launch, own),
    // The agent is the first process of its namespace: a signal it has no handler for would never reach it.
    terminate: ({ pid }) => {
      const agents = children(pid);
      if (agents.length === 0 || !agents.every(catchesTerm)) return killTree(pid);
      for (const agent of agents) signal(agent, 'SIGTERM');
    },
    clean: () => undefined,
  };
}

function start(launch: Launch, own: Own): Start {
  mkdirSync(join(launch.scratch, 'mount'), { recursive: true });
  const file = join(launch.scratch, 'launch.json');
  writeFileSync(file, JSON.stringify(launch), { mode: 0o600 });
  const spaces = ['--user', `--map-user=${launch.user.uid}`, `--map-group=${launch.user.gid}`, '--keep-caps', '--mount', '--pid', '--ipc', '--uts', '--cgroup'];
  const itself = [...own.command, launchArgument];
  const kept = ['PATH', executable.nativeFile].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  return { file: 'unshare', args: [...spaces, '--fork', '--kill-child', '--', ...fewProcesses, ...itself], env: Object.fromEntries(kept), fds: [openSync(file, 'r')] };
}
