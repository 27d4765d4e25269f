// Takes the worker into user and mount namespaces of its own by executing itself anew; a worker started as root gives root up first.
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BadSetting, parseConfig } from './config.ts';

const inner = 'CLRK_WORKER_INSIDE';

/** True in the process that {@link enter} made. */
export function isEntered(env: NodeJS.ProcessEnv): boolean {
  return env[inner] === '1';
}

/** Never returns: the process goes on as itself, with the same number, inside. */
export function enter(env: NodeJS.ProcessEnv, argv: readonly string[]): never {
  const config = parseConfig(env);
  for (const folder of [config.stateDir, config.runDir]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unshare = find('unshare', env['PATH'] ?? '');
  if (unshare === undefined) throw new BadSetting('unshare is not installed: install the package util-linux');
  const args = [unshare, '--user', '--map-root-user', '--mount', '--', process.execPath, ...process.execArgv, ...argv.slice(1)];
  process.execve?.(unshare, args, { ...env, [inner]: '1' });
  throw new Error('this Node cannot execute another program in its place: 22.15 or newer is needed');
}

function find(program: string, path: string): string | undefined {
  for (const folder of [...path.split(delimiter), '/usr/bin', '/bin']) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
