// Tells a process from a later one with the same id: by the boot and the moment it was started.
import { readdirSync, readFileSync } from 'node:fs';

/** Fields of /proc/PID/stat after the name of the program, which may itself hold blanks and brackets. */
export function statFields(pid: number | 'self'): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).trim().split(' ');
}

/** When the process was started, as an opaque text that no other process with this id shares; undefined: there is no such process. */
export function startedAt(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  return process.platform === 'linux' ? linuxStart(pid) : portableStart(pid);
}

function linuxStart(pid: number): string | undefined {
  try {
    const fields = statFields(pid);
    // A zombie holds nothing any more: only its parent has not looked yet. But while another of its threads is in a system call, that goes on.
    if (fields[0] === 'X' || (fields[0] === 'Z' && readdirSync(`/proc/${pid}/task`).length < 2)) return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

function portableStart(pid: number): string | undefined {
  try {
    // Asked for here alone: every command starts with this file, and on Linux none would ever use it.
    const text = process.getBuiltinModule('node:child_process').execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
