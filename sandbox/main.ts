// Entry of the worker process: enters its namespaces, then works; as a thread it serves inside them.
import { isMainThread } from 'node:worker_threads';
import { components } from '../proxy/telemetry/keys.ts';
import { logger } from '../proxy/telemetry/log.ts';
import { BadSetting } from './config.ts';
import { enter, entered } from './enter.ts';
import { closeInheritedOnExec } from './libc.ts';
import { launchArgument } from './namespaces.ts';
import { own } from './own.ts';

// No `await` out here: a single executable loads this as a script.
void (isMainThread ? (process.argv[2] === launchArgument ? launch() : main().then((code) => process.exit(code))) : serve());

async function serve(): Promise<void> {
  const { serveInside } = await import('./inside.ts');
  serveInside();
}

async function launch(): Promise<void> {
  const { launchAgent } = await import('./launch.ts');
  try {
    launchAgent();
  } catch (error) {
    // The agent's stderr: its own log is the place where a person looks for this.
    process.stderr.write(`clrk: ${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(127));
  }
}

async function main(): Promise<number> {
  try {
    closeInheritedOnExec();
    const itself = own(import.meta.url);
    const told = entered(process.env) ?? enter(process.env, itself);
    const { work } = await import('./work.ts');
    return await work({ told, env: process.env, stdin: process.stdin, stdout: process.stdout, own: itself });
  } catch (error) {
    if (error instanceof BadSetting) {
      process.stderr.write(`clrk-worker: ${error.message}\n`);
      return 2;
    }
    logger(components.worker).error('the worker cannot go on', { error });
    return 1;
  }
}
