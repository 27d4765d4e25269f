// What to do where a container's engine masks parts of /proc, as in every pod: there the kernel lets nobody mount another one.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ProcessTree } from './inside.ts';
import { bury } from './libc.ts';
import { ownProcesses } from './runtime.ts';

const run = promisify(execFile);
const sweepMs = 2000;

/** Asks the kernel, by doing it. A worker that is not the first process has no other choice than its own tree. */
export async function processTree(): Promise<ProcessTree> {
  if (process.pid !== 1) return 'own';
  try {
    await run('unshare', [...ownProcesses, 'true'], { timeout: 5000, killSignal: 'SIGKILL' });
    return 'own';
  } catch {
    return 'container';
  }
}

/**
 * The parts of a killed sandbox become children of the container's first process, and stay in its list of processes until it asks how they
 * ended. Node asks for its own at once, so what is still there at the next look is not Node's.
 */
export function buryOrphans(): { readonly stop: () => void } {
  let seen: readonly number[] = [];
  const timer = setInterval(() => {
    const dead = orphans().filter(isDead);
    for (const pid of dead.filter((one) => seen.includes(one))) bury(pid);
    seen = dead;
  }, sweepMs).unref();
  return { stop: () => clearInterval(timer) };
}

/** Of the main thread: to it the kernel gives orphans. */
function orphans(): readonly number[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function isDead(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
