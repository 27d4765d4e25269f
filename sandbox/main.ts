// Entry of the worker process: enters its namespaces, then works; as a thread it serves inside them.
import { isMainThread } from 'node:worker_threads';
import { components } from '../proxy/telemetry/keys.ts';
import { logger } from '../proxy/telemetry/log.ts';
import { BadSetting } from './config.ts';
import { enter, isEntered } from './enter.ts';

if (!isMainThread) {
  const { serveInside } = await import('./inside.ts');
  serveInside();
} else {
  process.exitCode = await main();
  process.exit();
}

async function main(): Promise<number> {
  try {
    if (!isEntered(process.env)) enter(process.env, process.argv);
    const { work } = await import('./work.ts');
    return await work({ env: process.env, stdin: process.stdin, stdout: process.stdout, entry: new URL(import.meta.url) });
  } catch (error) {
    if (error instanceof BadSetting) {
      process.stderr.write(`clrk-worker: ${error.message}\n`);
      return 2;
    }
    logger(components.worker).error('the worker cannot go on', { error });
    return 1;
  }
}
