// The operator's process: settings, connection, controllers and door; signals.
import { closeToDebuggers } from '../proxy/debuggers.ts';
import { openProbe } from '../proxy/probe.ts';
import { components } from '../proxy/telemetry/keys.ts';
import { logger } from '../proxy/telemetry/log.ts';
import { BadSetting, config, type Config } from './config.ts';
import { startControllers } from './controllers/controllers.ts';
import { connect } from './kube/connect.ts';
import { Forward } from './serve/forward.ts';
import { openDoor } from './serve/door.ts';
import { openReaderDoor } from './serve/readers.ts';
import { telemetryStore } from './serve/telemetry.ts';
import { authorityInSecret, authorityOfSession } from './trust/authority-store.ts';
import { clusterTokens } from './trust/review.ts';
import { sessionTokens } from './trust/session-tokens.ts';
import { openTrust } from './trust/trust.ts';

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
  const { listen, listenForReaders, probe: probed, session, certificateSeconds, forwardTo, forwardToken, supervised } = settings();
  const { kube } = await connect();
  const controllers = startControllers(kube, log);
  const probe = probed && (await openProbe(probed, () => (controllers.isReady() ? undefined : 'waiting for the API server')));
  const trust = await openTrust({ store: session ? authorityOfSession(session.authority) : authorityInSecret(kube, log), log, certificateSeconds });
  const tokens = session ? sessionTokens(session.tokens, session.pod) : clusterTokens(kube, log);
  const forward = forwardTo === undefined ? undefined : new Forward(forwardTo, forwardToken, log);
  const serving = { trust, tokens, store: telemetryStore(forward), log };
  const door = await openDoor({ ...listen, ...serving, controllers });
  const readers = await openReaderDoor({ ...listenForReaders, ...serving });

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(0), stopWithinMs).unref();
    forward?.close();
    trust.close();
    probe?.close();
    void Promise.all([door.close(), readers.close(), controllers.close()]).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (supervised) process.stdin.on('end', stop).on('error', stop).resume();

  await controllers.ready;
  process.stdout.write(`READY ${JSON.stringify({ address: door.address, readers: readers.address })}\n`);
}

const fail = (error: unknown): void => {
  log.error('the operator stops because of a fault', { error });
  if (error instanceof Error) log.debug('where it happened', { stack: error.stack });
  process.exit(1);
};
process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);
run().catch(fail);
