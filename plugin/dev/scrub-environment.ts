// Takes a variable out of this process for good: out of `process.env`, and out of the block that /proc/PID/environ shows.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { statFields } from './process-identity.ts';

/** Where the kernel put the environment at exec: fields 50 and 51 of /proc/PID/stat, counted from the state as 3. */
function environmentBlock(): { readonly start: number; readonly length: number } {
  const fields = statFields('self');
  const start = Number(fields[47]);
  return { start, length: Number(fields[48]) - start };
}

/**
 * Removing a variable only drops the pointer to it: its bytes stay in the block with which the process was started, for
 * every process of the same user to read. Here they are overwritten.
 */
function overwrite(names: ReadonlySet<string>): void {
  const memory = openSync('/proc/self/mem', 'r+');
  try {
    const { start, length } = environmentBlock();
    // The kernel keeps it below a few megabytes (execve(2), limits on size); anything else was misread.
    if (!(start > 0) || !(length > 0) || length > 64 << 20) return;
    const block = Buffer.alloc(length);
    const size = readSync(memory, block, 0, length, start);
    for (let at = 0; at < size;) {
      const end = block.indexOf(0, at);
      const until = end < 0 ? size : end;
      const equals = block.indexOf('=', at);
      const value = equals + 1;
      if (equals > at && equals < until && names.has(block.toString('utf8', at, equals)) && until > value) {
        writeSync(memory, Buffer.alloc(until - value), 0, until - value, start + value);
      }
      at = until + 1;
    }
    block.fill(0);
  } finally {
    closeSync(memory);
  }
}

/** Returns whether the bytes are gone from the block too; on systems without /proc there is no way to do that. */
export function scrubEnvironment(names: readonly string[], env: NodeJS.ProcessEnv): boolean {
  for (const name of names) delete env[name];
  if (names.length === 0) return true;
  try {
    overwrite(new Set(names));
    return true;
  } catch {
    return false;
  }
}
