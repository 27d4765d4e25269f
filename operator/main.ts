// The operator's process: settings, connection, whose turn it is, and signals.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { closeToDebuggers } from '../proxy/debuggers.ts';
import { openProbe } from '../proxy/probe.ts';
import { components } from '../proxy/telemetry/keys.ts';
import { logger } from '../proxy/telemetry/log.ts';
import { act, type Acting } from './act.ts';
import { BadSetting } from './bad-setting.ts';
import { config, type Config } from './config.ts';
import { operatorLease } from './install/names.ts';
import { connect } from './kube/connect.ts';
import type { Kube } from './kube/kube.ts';
import { lead, type Leadership } from './kube/leadership.ts';

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
  const given = settings();
  const { kube } = await connect();
  const stopping = new AbortController();
  let leadership: Leadership | undefined;
  let acting: Acting | undefined;
  let waiting = 'waiting for the API server';
  const probe = given.probe && (await openProbe(given.probe, () => (acting?.isReady() ? undefined : waiting)));

  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    setTimeout(() => process.exit(0), stopWithinMs).unref();
    probe?.close();
    // Somebody else may begin when nothing of ours acts any more.
    void Promise.resolve(acting?.close()).then(() => leadership?.release()).catch((error: unknown) => log.warn('giving back the Lease', { error })).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (given.supervised) process.stdin.on('end', stop).on('error', stop).resume();

  try {
    leadership = await turn(kube, given, { signal: stopping.signal, waiting: (why) => (waiting = why) });
    acting = await act(leadership?.kube ?? kube, given, log);
    waiting = 'waiting for the API server';
    await acting.ready;
  } catch (error) {
    if (stopping.signal.aborted) return;
    await leadership?.release().catch(() => undefined);
    throw error;
  }
  process.stdout.write(`READY ${JSON.stringify(acting.addresses)}\n`);
}

/** Waits until it is our turn. A session on this machine holds the Lease itself, or a cluster of its own. */
async function turn(kube: Kube, { session, podName }: Config, { signal, waiting }: { readonly signal: AbortSignal; readonly waiting: (why: string) => void }): Promise<Leadership | undefined> {
  if (session) return undefined;
  // Containers that start again have the name of their pod again.
  const identity = `operator ${podName ?? hostname()}#${randomBytes(4).toString('hex')}`;
  const leadership = await lead({
    kube, ref: operatorLease, holder: { identity }, signal,
    waiting: (why) => {
      waiting(why);
      log.info('waiting for the Lease', { why });
    },
  });
  log.info(`leading as ${identity}`);
  void leadership.lost.then((why) => {
    log.error('the operator ends: the Lease is lost', { why });
    process.exit(1);
  });
  return leadership;
}

const fail = (error: unknown): void => {
  log.error('the operator stops because of a fault', { error });
  if (error instanceof Error) log.debug('where it happened', { stack: error.stack });
  process.exit(1);
};
process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);
run().catch(fail);
