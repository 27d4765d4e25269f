// The gVisor runtime: runsc with its own kernel around the agent, whose sockets are those of the sandbox's network.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFiles, processes } from './limits.ts';
import { children, killTree } from './processes.ts';
import type { ProcessTree } from './inside.ts';
import { ownProcesses, temporaryBytes, type Launch, type Runtime, type Start } from './runtime.ts';

/** The release that brought systrap (about five times faster on system calls) and the finer overlay flag. */
const systrapSince = 20_230_501;

/** `version` is the first line of `runsc --version`. The kvm platform is never used: where it is half there it hangs for ever. */
export function gvisor(version: string, tree: ProcessTree): Runtime {
  const name = version.replace(/^runsc version\s+/, '');
  const date = Number(/(20\d{6})/.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
  const platform = date >= systrapSince ? 'systrap' : 'ptrace';
  const overlay = date >= systrapSince ? '--overlay2=root:memory' : '--overlay';
  // Its sandbox network wants to own an interface; the host network is that of the namespace it is started in, where only a loopback is.
  const flags = (launch: Launch): string[] => [`--root=${join(launch.scratch, 'runsc')}`, '--rootless', '--ignore-cgroups', `--platform=${platform}`, '--network=host', overlay];
  return {
    name: 'gvisor',
    detail: `runsc ${name} (${platform})`,
    hasOwnLimits: true,
    start: (launch) => start(launch, tree === 'own' ? ['unshare', ...ownProcesses, 'runsc', ...flags(launch)] : ['runsc', ...flags(launch)]),
    // Its own command is asked, from inside the namespaces where it knows the sandbox: this runsc forwards no signal that it gets itself.
    terminate: ({ pid }, { launch, inside, network }) => {
      const kill = [...flags(launch), 'kill', launch.id, 'TERM'];
      const args = ['--target', String(children(pid)[0] ?? pid), '--pid', '--mount', '--net', '--', 'runsc', ...kill];
      const program = tree === 'own' ? { file: 'nsenter', args } : { file: 'runsc', args: kill };
      const asked = inside.spawn(network, { ...program, env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'ignore', 'ignore'] });
      // Refused: there is no agent yet that could be asked.
      asked.then(async ({ exited }) => (await exited).code !== 0 && killTree(pid)).catch(() => killTree(pid));
    },
    // Not `runsc delete`: it would look for its processes by numbers of a process namespace that is gone.
    clean: (launch) => rmSync(join(launch.scratch, 'runsc'), { recursive: true, force: true }),
  };
}

function start(launch: Launch, [file = '', ...args]: readonly string[]): Start {
  const bundle = join(launch.scratch, 'bundle');
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec(launch)), { mode: 0o600 });
  chmodSync(launch.root, 0o755);
  return { file, args: [...args, 'run', '-bundle', bundle, launch.id], env: { PATH: process.env['PATH'] ?? '' }, fds: [] };
}

/** The OCI description of the sandbox; no network namespace in it, so that runsc stays in the one it is started in. */
function spec(launch: Launch): unknown {
  const hidden = ['nosuid', 'noexec', 'nodev'];
  const writable = ['nosuid', 'nodev', 'mode=1777', `size=${temporaryBytes}`];
  return {
    ociVersion: '1.0.2',
    hostname: launch.id,
    process: {
      terminal: false,
      user: launch.user,
      args: launch.command,
      env: Object.entries(launch.env).map(([name, value]) => `${name}=${value}`),
      cwd: launch.workdir,
      capabilities: {},
      rlimits: [limit('RLIMIT_NOFILE', openFiles), limit('RLIMIT_NPROC', processes / 2), limit('RLIMIT_CORE', 0)],
      noNewPrivileges: true,
    },
    root: { path: launch.root, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=65536'] },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...hidden, 'ro'] },
      ...launch.binds.map(({ source, target }) => ({ destination: target, type: 'bind', source, options: ['rbind', 'ro'] })),
      { destination: '/run', type: 'tmpfs', source: 'run', options: writable },
      { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: writable },
      { destination: '/tmp', type: 'tmpfs', source: 'tmp', options: writable },
    ],
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  };
}

function limit(type: string, most: number): unknown {
  return { type, hard: most, soft: most };
}
