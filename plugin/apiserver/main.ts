// The API server's process: settings in, one READY line out, stops when it is told to.
import { closeToDebuggers } from '../../proxy/debuggers.ts';
import { logger } from '../../proxy/telemetry/log.ts';
import { ConfigError, parseConfig } from './config.ts';
import { exitCodes } from './exit.ts';
import { serve } from './server.ts';
import { DamagedStore } from './store/damage.ts';
import { LockedError } from './store/lock.ts';

const log = logger('apiserver');
let isSupervised = false;

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
  isSupervised = config.supervised;
  const stopped = stopSignal(config.supervised);
  const running = await serve(config, log);
  process.stdout.write(`READY ${JSON.stringify({ address: running.address })}\n`);
  log.info('serving', { address: running.address });
  const why = await Promise.race([stopped, running.broken]);
  if (why instanceof Error) {
    log.error('the API server stops: the disk failed, and only a new start tells what is on it', { error: why, hint: 'look at the disk of the data folder' });
    return exitCodes.failed;
  }
  log.info('stopping', { why });
  setTimeout(() => process.exit(0), 4500).unref();
  await running.close();
  return exitCodes.stopped;
}

const howToSalvage = 'put back a copy of the folder, or set CLRK_SALVAGE_STORE=1 for one start to save what is whole; the damaged files are kept beside it';
const unwritable = 'make the data folder writable, or choose another one in CLRK_DATA_DIR';
const hints: { readonly [code: string]: string } = { EADDRINUSE: 'choose another port in CLRK_LISTEN', EACCES: unwritable, EROFS: unwritable, EPERM: unwritable, ENOSPC: 'free some space on the disk of the data folder' };

function fault(error: unknown): number {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    return exitCodes.settings;
  }
  if (error instanceof DamagedStore) {
    // Whoever started it as a child has words of its own for what to do.
    process.stderr.write(`${error.message}\n${isSupervised ? '' : `hint: ${howToSalvage}\n`}`);
    return exitCodes.storeDamaged;
  }
  const code = (error as NodeJS.ErrnoException).code;
  const hint = error instanceof LockedError ? 'stop that process, or choose another data folder' : hints[code ?? ''];
  log.error('the API server stops', { error, ...(hint && { hint }) });
  return exitCodes.failed;
}

process.on('unhandledRejection', (error) => {
  process.exit(fault(error));
});
process.on('uncaughtException', (error) => {
  process.exit(fault(error));
});
// No `await` out here: a single executable loads this as a script.
void run().catch(fault).then((code) => process.exit(code));
