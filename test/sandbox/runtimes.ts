// Which runtimes this machine has.
import { execFileSync } from 'node:child_process';

function has(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}

export const present = [
  { name: 'gvisor', isHere: has('runsc', '--version') },
  { name: 'bubblewrap', isHere: has('bwrap', '--version') },
  { name: 'namespaces', isHere: has('unshare', '--version') },
] as const;
