// Limits of one sandbox: a control group of its own where the worker was given some, else what resource limits can do.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkOrder } from './contract.ts';
import type { Runtime, Start } from './runtime.ts';

/** Folders in the control group file systems that belong to this worker; version 2 has one for everything. */
export interface Delegation {
  readonly version: 1 | 2;
  readonly memory?: string;
  readonly cpu?: string;
  readonly pids?: string;
}

export interface Group {
  /** Puts a program into the group before it runs, so that no child of it escapes. */
  readonly wrap: (start: Start, runtime: Pick<Runtime, 'hasOwnLimits'>) => Start;
  /** Processes of this sandbox that the kernel killed for want of memory, since it was made. */
  readonly outOfMemoryKills: () => number;
  /** Whether the kernel refused it a process for having too many, since it was made. */
  readonly wasRefusedProcesses: () => boolean;
  readonly remove: () => void;
}

export const openFiles = 1024;
/** A fork bomb ends here. */
export const processes = 1024;
/** gVisor bounds the agent's processes itself, and has several threads of the host for each: refused one, it dies with all in it. */
export const mostInGroup = (runtime: Pick<Runtime, 'hasOwnLimits'>): number => (runtime.hasOwnLimits ? 8 * processes : processes);
/**
 * Goes before a program inside a user namespace of the sandbox's own: the kernel counts a user's processes in each of them, so that it
 * holds for one sandbox and not for all that the user runs. A little higher than a group's: where there is one, it counts refusals.
 */
export const fewProcesses: readonly string[] = ['prlimit', `--nproc=${processes + 64}:${processes + 64}`];

const enterGroups = 'n=$1; shift; while [ "$n" -gt 0 ]; do echo 0 > "$1/cgroup.procs" || exit 125; shift; n=$((n-1)); done; exec "$@"';

/** `most` processes may be in it. */
export function makeGroup(delegation: Delegation | undefined, id: string, limits: WorkOrder['limits'], most = processes): Group {
  const folders = delegation === undefined ? [] : groupFolders(delegation, id);
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  if (delegation !== undefined) writeLimits(delegation, id, limits, most);
  return {
    wrap: (start, runtime) => wrap(start, folders, runtime.hasOwnLimits ? [] : resourceLimits(folders, limits)),
    outOfMemoryKills: () => (delegation === undefined ? 0 : killsIn(delegation, id)),
    wasRefusedProcesses: () => delegation?.pids !== undefined && counter(join(delegation.pids, id, 'pids.events'), 'max') > 0,
    remove: () => {
      for (const folder of folders) removeGroup(folder);
    },
  };
}

function groupFolders(delegation: Delegation, id: string): readonly string[] {
  const parents = [delegation.memory, delegation.cpu, delegation.pids].filter((p) => p !== undefined);
  return [...new Set(parents)].map((parent) => join(parent, id));
}

function writeLimits(delegation: Delegation, id: string, limits: WorkOrder['limits'], most: number): void {
  const { memory, cpu, pids, version } = delegation;
  if (memory !== undefined && limits.memoryBytes > 0) {
    writeFileSync(join(memory, id, version === 2 ? 'memory.max' : 'memory.limit_in_bytes'), String(limits.memoryBytes));
    // Else the limit is only where swapping starts.
    const swap = version === 2 ? { file: 'memory.swap.max', value: '0' } : { file: 'memory.memsw.limit_in_bytes', value: String(limits.memoryBytes) };
    if (existsSync(join(memory, id, swap.file))) writeFileSync(join(memory, id, swap.file), swap.value);
  }
  if (cpu !== undefined && limits.cpuMillis > 0) {
    const quota = Math.max(1000, limits.cpuMillis * 100);
    if (version === 2) writeFileSync(join(cpu, id, 'cpu.max'), `${quota} 100000`);
    else {
      writeFileSync(join(cpu, id, 'cpu.cfs_period_us'), '100000');
      writeFileSync(join(cpu, id, 'cpu.cfs_quota_us'), String(quota));
    }
  }
  if (pids !== undefined) writeFileSync(join(pids, id, 'pids.max'), String(most));
}

function resourceLimits(folders: readonly string[], limits: WorkOrder['limits']): readonly string[] {
  // Without a group the writable private memory of each process is bounded, which reserving address space does not count against.
  const memory = folders.length === 0 && limits.memoryBytes > 0 ? [`--data=${limits.memoryBytes}:${limits.memoryBytes}`] : [];
  return ['prlimit', `--nofile=${openFiles}:${openFiles}`, '--core=0:0', ...memory];
}

function wrap(start: Start, folders: readonly string[], prefix: readonly string[]): Start {
  return { ...start, file: '/bin/sh', args: ['-c', enterGroups, 'clrk', String(folders.length), ...folders, ...prefix, start.file, ...start.args] };
}

function killsIn(delegation: Delegation, id: string): number {
  if (delegation.memory === undefined) return 0;
  return counter(join(delegation.memory, id, delegation.version === 2 ? 'memory.events' : 'memory.oom_control'), 'oom_kill');
}

function counter(file: string, name: string): number {
  try {
    const line = readFileSync(file, 'utf8').split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  } catch {
    return 0;
  }
}

function removeGroup(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // A process of it is still being buried: the folder goes with the worker's own.
  }
}
