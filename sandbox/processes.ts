// Finds and signals the processes below one process, as the kernel knows them.
import { readdirSync, readFileSync } from 'node:fs';

/** Children first come first, then theirs. Read while they run, so it is a picture and not a promise. */
export function descendants(pid: number): readonly number[] {
  const found = [pid];
  for (let next = 0; next < found.length && found.length < 10_000; next++) {
    found.push(...children(found[next] ?? 0).filter((child) => !found.includes(child)));
  }
  return found.slice(1);
}

/** Of every thread: what a thread starts is listed as that thread's child only. */
export function children(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself, which is what was wanted.
  }
}

/**
 * Ends a process and everything below it, whatever they do; and its group, in which a helper may be left whose parent died before the two
 * were tied together.
 */
export function killTree(pid: number): void {
  signal(-pid, 'SIGKILL');
  for (const one of [pid, ...descendants(pid)]) signal(one, 'SIGKILL');
}

/** True when the process does something of its own on SIGTERM; the first process of a namespace that does not never sees it. */
export function catchesTerm(pid: number): boolean {
  try {
    const mask = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return (BigInt(`0x${mask}`) & (1n << 14n)) !== 0n;
  } catch {
    return false;
  }
}
