// Takes the worker into user and mount namespaces of its own by executing itself anew; a worker started as root gives root up first.
import { chmodSync, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BadSetting, parseConfig, variables, type Config } from './config.ts';
import { executable, imageArchives, workerUser } from './contract.ts';
import { delegate } from './delegate.ts';
import { prctl } from './libc.ts';
import type { Delegation } from './limits.ts';
import type { Own } from './own.ts';
import { findProgram, programPath } from './programs.ts';
import { giveFolder, makeReachable } from './reach.ts';

const inner = 'CLRK_WORKER_INSIDE';

/** What the process before told the one inside. */
export interface Entered {
  readonly delegation?: Delegation;
}

/** Undefined in the process that was started from outside. */
export function entered(env: NodeJS.ProcessEnv): Entered | undefined {
  const told = env[inner];
  return told === undefined ? undefined : (JSON.parse(told) as Entered);
}

/** Never returns: the process goes on as itself, with the same number, inside. */
export function enter(env: NodeJS.ProcessEnv, own: Own): never {
  const config = parseConfig(env);
  for (const folder of [config.stateDir, config.runDir]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = programPath(env['PATH']);
  const unshare = findProgram('unshare', path);
  if (unshare === undefined) throw new BadSetting('unshare is not installed: install the package util-linux');
  const told: Entered = process.getuid?.() === 0 ? giveUpRoot(config, env, own) : {};
  // From here on no program, set-user-ID or not, gives this process or its children more than they have.
  const noNewPrivileges = 38;
  prctl(noNewPrivileges, 1);
  process.chdir('/');
  const args = [unshare, '--user', '--map-root-user', '--mount', '--', ...own.command];
  process.execve?.(unshare, args, { ...env, PATH: path, [inner]: JSON.stringify(told) });
  throw new Error('this Node cannot execute another program in its place: 22.15 or newer is needed');
}

/** Everything that takes root is done here; then the process is an ordinary user for good, and so is every sandbox. */
function giveUpRoot(config: Config, env: NodeJS.ProcessEnv, own: Own): Entered {
  const delegation = delegate(`clrk-${config.podName}-${process.pid}`);
  for (const folder of [config.stateDir, config.runDir]) giveFolder(folder);
  const archives = join(config.stateDir, imageArchives);
  if (existsSync(archives)) chmodSync(archives, 0o755);
  makeReachable({
    folders: [...code(own), config.stateDir, config.runDir, config.proxySocketDir],
    files: [variables.operatorCaFile, variables.operatorTokenFile, executable.nativeFile].flatMap((name) => env[name] ?? []).concat(program()),
    scratch: config.runDir,
  });
  process.setgroups?.([]);
  process.setgid?.(workerUser.gid);
  process.setuid?.(workerUser.uid);
  return delegation === undefined ? {} : { delegation };
}

/** Node, or the single executable: the file alone, which may lie among a person's own. */
function program(): string {
  const file = realpathSync(process.execPath);
  const forEverybody = 0o005;
  if ((statSync(file).mode & forEverybody) === forEverybody) return file;
  throw new BadSetting(`${file} may not be run by other users, and the worker becomes one: chmod 755 ${file}`);
}

/** A bundle stands alone beside its native half; the sources need the packages of their checkout; the single executable needs nothing. */
function code({ file }: Own): readonly string[] {
  if (file === undefined) return [];
  const folder = dirname(realpathSync(file));
  if (existsSync(join(folder, 'koffi.node'))) return [folder];
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const packages = join(at, 'node_modules');
    if (existsSync(packages)) return [...new Set([at, realpathSync(packages)])];
  }
  return [folder];
}
