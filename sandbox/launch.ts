// The last steps of the plain runtime, inside the sandbox's namespaces: its file system, then nothing left but the agent's rights.
import { accessSync, constants, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { closeInheritedOnExec, installFilter, prctl, rawCall, setHostName, signalDefault } from './libc.ts';
import { buildTree } from './launch-tree.ts';
import type { Launch } from './runtime.ts';
import { filter } from './seccomp.ts';
import { machine } from './syscalls.ts';

const option = { dropBounding: 24, noNewPrivileges: 38, ambient: 47 } as const;
const clearAmbient = 4;
const lastCapability = 63;
const brokenPipe = 13;

/** Becomes the agent; returns only by throwing. The order comes on descriptor 3. */
export function launchAgent(): never {
  const launch = JSON.parse(readFileSync(3, 'utf8')) as Launch;
  closeInheritedOnExec();
  setHostName(launch.id);
  buildTree(launch, join(launch.scratch, 'mount'));
  process.chdir(launch.workdir);
  const program = locate(launch.command[0] ?? '', launch.env['PATH'] ?? '');
  dropRights();
  // Node ignores it, and what is ignored stays so: a shell's pipelines would never end.
  signalDefault(brokenPipe);
  process.execve?.(program, launch.command, { ...launch.env });
  throw new Error(`${program} cannot be executed`);
}

function dropRights(): void {
  const { capset } = machine(process.arch);
  prctl(option.ambient, clearAmbient);
  for (let capability = 0; capability <= lastCapability; capability++) {
    try {
      prctl(option.dropBounding, capability);
    } catch {
      // Past the last one this kernel knows.
      break;
    }
  }
  const header = Buffer.alloc(8);
  header.writeUInt32LE(0x20080522);
  const noCapability = Buffer.alloc(24);
  rawCall(capset, header, noCapability);
  prctl(option.noNewPrivileges, 1);
  installFilter(filter(process.arch));
}

function locate(name: string, path: string): string {
  if (name.includes('/')) return isAbsolute(name) ? name : join(process.cwd(), name);
  for (const folder of path.split(':').filter(Boolean)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${name}: not found in the image`);
}
