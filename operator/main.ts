// The operator's process: settings, connection, controllers and door; signals.
import { closeToDebuggers } from '../proxy/debuggers.ts';
import { components } from '../proxy/telemetry/keys.ts';
import { logger } from '../proxy/telemetry/log.ts';
import { BadSetting, config, type Config } from './config.ts';
import { startControllers } from './controllers/controllers.ts';
import { connect } from './kube/connect.ts';
import { Forward } from './serve/forward.ts';
import { openDoor } from './serve/door.ts';
import { roleByToken } from './serve/roles.ts';
import { telemetryStore } from './serve/telemetry.ts';

const log = logger(components.operator);
/** After a stop was asked for, whatever hangs is left behind. */
const stopWithinMs = 4000;

function settings(): Config {
  try {
    return config(process.env);
  } catch (error) {
    if (!(error instanceof BadSetting)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

async function run(): Promise<void> {
  if (!closeToDebuggers()) log.warn('this process could not be closed to debuggers; its memory may be readable by its own user');
  const { listen, tls, tokens, forwardTo, forwardToken, supervised } = settings();
  const { kube } = await connect();
  const controllers = startControllers(kube, log);
  const forward = forwardTo === undefined ? undefined : new Forward(forwardTo, forwardToken, log);
  const door = await openDoor({ ...listen, tls, roleOf: roleByToken(tokens), controllers, store: telemetryStore(forward), log });

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(0), stopWithinMs).unref();
    forward?.close();
    void Promise.all([door.close(), controllers.close()]).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (supervised) process.stdin.on('end', stop).on('error', stop).resume();

  await controllers.ready;
  process.stdout.write(`READY ${JSON.stringify({ address: door.address })}\n`);
}

const fail = (error: unknown): void => {
  log.error('the operator stops because of a fault', { error });
  if (error instanceof Error) log.debug('where it happened', { stack: error.stack });
  process.exit(1);
};
process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);
run().catch(fail);
