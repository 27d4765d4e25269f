// The worker inside its namespaces: builds its parts, serves until it is told to stop, and takes everything down again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeToDebuggers } from '../proxy/debuggers.ts';
import { identityAgent } from '../proxy/identity/agent.ts';
import { Identity } from '../proxy/identity/identity.ts';
import { openProbe } from '../proxy/probe.ts';
import { components, keys } from '../proxy/telemetry/keys.ts';
import { logger } from '../proxy/telemetry/log.ts';
import { telemetry } from '../proxy/telemetry/otlp.ts';
import { version } from '../proxy/telemetry/version.ts';
import { parseConfig } from './config.ts';
import type { RuntimeChoice } from './contract.ts';
import type { Entered } from './enter.ts';
import { Fleet } from './fleet.ts';
import { Images } from './image.ts';
import { chooseRuntime } from './ladder.ts';
import { mount, mountFlag, unmount } from './libc.ts';
import { makeGroup } from './limits.ts';
import { buryOrphans, processTree } from './masked-proc.ts';
import { operatorDoor } from './orders.ts';
import type { Own } from './own.ts';
import { usualPatience } from './pull/registry.ts';
import { rules } from './rules.ts';
import { rungs } from './rungs.ts';
import { openInside } from './thread.ts';
import type { World } from './world.ts';

export interface Surroundings {
  readonly told: Entered;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: { write: (text: string) => unknown };
  readonly own: Own;
}

/** What holds without control groups; gVisor's own memory is one process's, and a limit on it would end the sandbox. */
const noGroups = (name: RuntimeChoice['name']): string =>
  `${name === 'gvisor' ? 'memory and cpu are not limited' : 'memory is limited per process, and cpu not at all'}: no control group could be had here`;

/** Runs until a signal, the end of stdin (when supervised) or a fault; resolves with the exit code. */
export async function work(around: Surroundings): Promise<number> {
  const config = parseConfig(around.env);
  const { delegation } = around.told;
  const log = logger(components.worker);
  // Here, and not where the worker begins: executing itself anew sets the flag back, and the program in between would go on ignoring the signal.
  if (!closeToDebuggers()) log.warn('this process could not be closed to debuggers; its memory may be readable by its own user');
  const stopping = stopSignal(config.isSupervised ? around.stdin : undefined);
  // In this mount namespace only: nothing that is put there can outlive the worker, however it ends.
  mount({ source: 'clrk', target: config.runDir, type: 'tmpfs', flags: mountFlag.noSuid | mountFlag.noDevices, options: 'mode=0755,size=64m' });
  const rulesFile = join(config.runDir, 'rules.nft');
  writeFileSync(rulesFile, rules);
  const tree = await processTree();
  const inside = await openInside(around.own, { tree });
  const orphans = tree === 'container' ? buryOrphans() : undefined;
  try {
    const ungrouped = makeGroup(undefined, 'probe', { cpuMillis: 0, memoryBytes: 0 });
    const place = { inside, runDir: config.runDir, rulesFile, wrap: ungrouped.wrap };
    const { runtime, choice: chosen } = await chooseRuntime(place, rungs(around.own, tree), config.required);
    const choice: RuntimeChoice = { ...chosen, missing: [...(delegation === undefined ? [noGroups(chosen.name)] : []), ...chosen.missing] };
    log.info('runtime chosen', { ...choice });
    const resource = {
      [keys.serviceName]: 'clrk-worker',
      [keys.serviceVersion]: version,
      [keys.component]: components.worker,
      [keys.podName]: config.podName,
      [keys.namespaceName]: config.podNamespace,
      [keys.workerPool]: config.poolName,
      [keys.offline]: config.isOffline,
    };
    const { operatorUrl: endpoint, operatorCaFile: authorityFile, operatorTokenFile: tokenFile, telemetryDelayMs: delayMs } = config;
    const identity = new Identity({ operatorUrl: endpoint, authorityFile, tokenFile, log });
    const sent = telemetry({ endpoint, agent: () => identityAgent(identity, 1), resource, delayMs });
    const site = { plainRegistries: config.insecureRegistries, patience: usualPatience };
    const images = new Images({ stateDir: config.stateDir, hostImages: config.hostImages, isOffline: config.isOffline, site });
    const { interception } = choice;
    const { runDir, proxySocketDir } = config;
    const world: World = { log, telemetry: sent, inside, runtime, interception, rulesFile, images, delegation, runDir, proxySocketDir };
    const fleet = new Fleet(world, config.podName, choice);
    const door = operatorDoor(endpoint, identity, log);
    const probe = config.probe && (await openProbe(config.probe, () => (door.isOpen() ? undefined : 'waiting for the operator')));
    const ending = new AbortController();
    void identity.keep();
    const running = [door.follow((o) => fleet.accept(o), ending.signal), fleet.report(door, ending.signal), fleet.followProxy(ending.signal)];
    around.stdout.write(`READY ${JSON.stringify({ runtime: choice })}\n`);
    await Promise.race([stopping, inside.lost]);
    log.info('stopping');
    await fleet.stop();
    ending.abort();
    await Promise.all(running);
    door.close();
    await sent.stop(1000);
    identity.stop();
    probe?.close();
    if (sent.dropped() > 0) log.warn('log records were lost', { records: sent.dropped() });
    return 0;
  } finally {
    orphans?.stop();
    await inside.close();
    unmount(config.runDir);
  }
}

function stopSignal(stdin: NodeJS.ReadableStream | undefined): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (stdin === undefined) return;
    stdin.once('end', () => resolve());
    stdin.once('error', () => resolve());
    stdin.resume();
  });
}
