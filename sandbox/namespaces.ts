// The plain runtime: util-linux's unshare makes the namespaces, and this program, started inside them, does the rest before it becomes the agent.
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fewProcesses } from './limits.ts';
import { catchesTerm, children, killTree, signal } from './processes.ts';
import type { Launch, Runtime, Start } from './runtime.ts';

/** Argument that makes this program the launcher; see launch.ts. */
export const launchArgument = 'launch';

/** `entry` is the worker's own program. */
export function namespaces(version: string, entry: URL): Runtime {
  return {
    name: 'namespaces',
    detail: `Linux namespaces (${version}), seccomp`,
    hasOwnLimits: false,
    start: (launch) => start(launch, fileURLToPath(entry)),
    // The agent is the first process of its namespace: a signal it has no handler for would never reach it.
    terminate: ({ pid }) => {
      const agents = children(pid);
      if (agents.length === 0 || !agents.every(catchesTerm)) return killTree(pid);
      for (const agent of agents) signal(agent, 'SIGTERM');
    },
    clean: () => undefined,
  };
}

function start(launch: Launch, entry: string): Start {
  mkdirSync(join(launch.scratch, 'mount'), { recursive: true });
  const file = join(launch.scratch, 'launch.json');
  writeFileSync(file, JSON.stringify(launch), { mode: 0o600 });
  const spaces = ['--user', `--map-user=${launch.user.uid}`, `--map-group=${launch.user.gid}`, '--keep-caps', '--mount', '--pid', '--ipc', '--uts', '--cgroup'];
  const node = [process.execPath, ...process.execArgv, entry, launchArgument];
  return { file: 'unshare', args: [...spaces, '--fork', '--kill-child', '--', ...fewProcesses, ...node], env: { PATH: process.env['PATH'] ?? '' }, fds: [openSync(file, 'r')] };
}
