// The API server's process: settings in, one READY line out, stops when it is told to.
import { closeToDebuggers } from '../../proxy/debuggers.ts';
import { logger } from '../../proxy/telemetry/log.ts';
import { ConfigError, parseConfig } from './config.ts';
import { serve } from './server.ts';
import { LockedError } from './store/lock.ts';

const log = logger('apiserver');

function stopSignal(supervised: boolean): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
    if (!supervised) return;
    // The parent's end of stdin is the link: it closes when the parent dies, however it dies.
    process.stdin.on('end', () => resolve('the parent is gone')).on('error', () => resolve('the parent is gone')).resume();
  });
}

async function run(): Promise<number> {
  if (!closeToDebuggers()) log.warn('this process could not be closed to debuggers; its memory may be readable by its own user');
  const config = parseConfig(process.env);
  const stopped = stopSignal(config.supervised);
  const running = await serve(config, log);
  process.stdout.write(`READY ${JSON.stringify({ address: running.address })}\n`);
  log.info('serving', { address: running.address });
  log.info('stopping', { why: await stopped });
  setTimeout(() => process.exit(0), 4500).unref();
  await running.close();
  return 0;
}

const unwritable = 'make the data folder writable, or choose another one in CLRK_DATA_DIR';
const hints: { readonly [code: string]: string } = { EADDRINUSE: 'choose another port in CLRK_LISTEN', EACCES: unwritable, EROFS: unwritable, EPERM: unwritable, ENOSPC: 'free some space on the disk of the data folder' };

function fault(error: unknown): number {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const code = (error as NodeJS.ErrnoException).code;
  const hint = error instanceof LockedError ? 'stop that process, or choose another data folder' : hints[code ?? ''];
  log.error('the API server stops', { error, ...(hint && { hint }) });
  return 1;
}

process.on('unhandledRejection', (error) => {
  process.exit(fault(error));
});
process.on('uncaughtException', (error) => {
  process.exit(fault(error));
});
process.exit(await run().catch(fault));
