// The egress proxy's process: configuration, parts, start, orderly stop.
import { randomUUID } from 'node:crypto';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { accept } from './accept.ts';
import { mayResolve } from './admit.ts';
import { Admissions } from './admissions.ts';
import { Audit } from './audit.ts';
import { readConfig, WrongSetting, type Config } from './config.ts';
import { controlSocket, handoffSocket } from './contract.ts';
import { closeToDebuggers } from './debuggers.ts';
import { Dialer } from './dial.ts';
import { Front } from './front.ts';
import { Handoff } from './handoff.ts';
import { identityAgent } from './identity/agent.ts';
import { Identity } from './identity/identity.ts';
import { PolicySource } from './policy-source.ts';
import { openProbe } from './probe.ts';
import { routeCovers } from './providers/list.ts';
import { HeldBodies } from './upload.ts';
import { components, keys } from './telemetry/keys.ts';
import { logger } from './telemetry/log.ts';
import { telemetry } from './telemetry/otlp.ts';
import { version } from './telemetry/version.ts';

/** What running exchanges get to finish after a stop. */
const drainMs = 3500;
/** How often the loss of telemetry is told, where there was one. */
const lossReportMs = 2000;
const log = logger(components.proxy);

async function run(config: Config): Promise<void> {
  const { operator, pod } = config;
  const identity = new Identity({ operatorUrl: operator.url, authorityFile: operator.authorityFile, tokenFile: operator.tokenFile, log });
  const source = new PolicySource({ url: operator.url, identity, log });
  const policy = () => source.current;
  const otlp = telemetry({
    endpoint: operator.url,
    agent: () => identityAgent(identity, 1),
    delayMs: config.otlpDelayMs,
    resource: {
      [keys.serviceName]: 'clrk',
      [keys.serviceInstanceId]: randomUUID(),
      [keys.serviceVersion]: version,
      [keys.component]: components.proxy,
      [keys.podName]: pod.name,
      [keys.namespaceName]: pod.namespace,
    },
  });
  const audit = new Audit(otlp);
  let saidLost = 0;
  const sayLost = (): void => {
    const lost = otlp.dropped();
    if (lost > saidLost) log.warn('spans and log records were lost: more came than the operator takes', { lost: lost - saidLost, lostInAll: lost });
    saidLost = lost;
  };
  setInterval(sayLost, lossReportMs).unref();
  const dialer = new Dialer(config.offline);
  const front = new Front({
    policy, dialer, audit, held: new HeldBodies(),
    onIdle: (flow, reason) => audit.connection({
      sandbox: flow.sandbox, defaultPolicy: policy()?.gateways.get(flow.sandbox.gateway)?.defaultPolicy, address: flow.address, port: flow.port,
      name: flow.host, kind: reason === undefined ? 'closed' : 'malformed', reason: reason ?? 'no_request', durationMs: 0,
    }, ROOT_CONTEXT),
  });
  const handoff = new Handoff(join(config.socketDir, handoffSocket));
  const admissions = new Admissions({
    handoff, log,
    accept: (socket, facts, names) => accept(socket, facts, names, { policy, audit, front }),
    mayResolve: (facts, name) => mayResolve(policy()?.gateways.get(facts.gateway), name, routeCovers),
    onFault: (facts, error) => log.warn('a socket of a sandbox has a fault', { sandbox: facts.id, error }),
  });
  const address = join(config.socketDir, controlSocket);
  await admissions.listen(address);
  becomeUser(config);
  const probe = config.probe && (await openProbe(config.probe, () => (source.current === undefined ? 'waiting for the first policy' : undefined)));
  void identity.keep();
  void source.follow();

  const stop = async (): Promise<void> => {
    log.info('stopping', { running: front.running });
    admissions.stopAccepting();
    front.drain();
    for (const deadline = Date.now() + drainMs; front.running > 0 && Date.now() < deadline;) await sleep(20);
    front.destroy();
    admissions.close();
    handoff.close();
    await otlp.stop(1000);
    sayLost();
    source.stop();
    identity.stop();
    probe?.close();
    await dialer.close();
    process.exit(0);
  };
  let isStopping = false;
  const once = (): void => {
    if (isStopping) return;
    isStopping = true;
    void stop();
  };
  process.on('SIGTERM', once).on('SIGINT', once);
  // The end of stdin means that whoever started us is gone, however it went.
  if (config.supervised) process.stdin.on('end', once).on('error', once).resume();
  process.stdout.write(`READY ${JSON.stringify({ address })}\n`);
}

/** Groups first: after setuid the right to change them is gone. */
function becomeUser(config: Config): void {
  if (config.runAs !== undefined) {
    process.setgroups?.([]);
    process.setgid?.(config.runAs.gid);
    process.setuid?.(config.runAs.uid);
  }
  if (!closeToDebuggers()) log.warn('this process could not be closed to debuggers; its memory may be readable by its own user');
}

process.on('uncaughtException', (error) => {
  log.error('unexpected fault', { error, stack: error.stack });
  process.exit(1);
});
process.on('unhandledRejection', (error) => {
  log.error('unexpected fault', { error });
  process.exit(1);
});

async function start(): Promise<void> {
  await run(readConfig(process.env));
}

// No `await` out here: a single executable loads this as a script.
start().catch((error: unknown) => {
  if (error instanceof WrongSetting) process.stderr.write(`error: ${error.message}\n`);
  else log.error('starting the egress proxy', { error });
  process.exit(error instanceof WrongSetting ? 2 : 1);
});
