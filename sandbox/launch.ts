// The last steps of the plain runtime, inside the sandbox's namespaces: its file system, then nothing left but the agent's rights.
import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
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

/** Node ends with a dump of itself when the kernel refuses to run a file, so what can be known is asked before. */
function locate(name: string, path: string): string {
  const isPath = name.includes('/');
  const places = isPath ? [isAbsolute(name) ? name : join(process.cwd(), name)] : path.split(':').filter(Boolean).map((folder) => join(folder, name));
  const found = places.find(isRunnable);
  if (found === undefined) throw new Error(isPath && existsSync(places[0] ?? '') ? `${name}: is not an executable file` : `${name}: not found in the image`);
  const interpreter = namedInterpreter(found);
  if (interpreter !== undefined && !isRunnable(interpreter)) throw new Error(`${name}: its first line names ${interpreter}, which is not in the image`);
  return found;
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Of a script; a program has none, and neither has a file that can be run and not read. */
function namedInterpreter(file: string): string | undefined {
  let beginning: string;
  try {
    const fd = openSync(file, 'r');
    const bytes = Buffer.alloc(256);
    beginning = bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
    closeSync(fd);
  } catch {
    return undefined;
  }
  if (beginning.startsWith('\x7fELF')) return undefined;
  const named = /^#![ \t]*([^\s\0]+)/.exec(beginning)?.[1];
  if (named === undefined) throw new Error(`${file}: is neither a program nor a script that names one in its first line`);
  return named;
}
