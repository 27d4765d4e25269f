// A dev session from beginning to end: what is wanted is read and checked, then brought up, awaited, and undone step by step.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import { closeToDebuggers } from '../../proxy/debuggers.ts';
import { version } from '../../proxy/telemetry/version.ts';
import type { PluginContext } from '../context.ts';
import { UserError } from '../exit.ts';
import { printable } from '../format/printable.ts';
import { DevStore } from '../feeds/store.ts';
import { checkManifests } from '../manifests/check.ts';
import { refuseFaults } from '../manifests/faults.ts';
import { readManifests } from '../manifests/read.ts';
import { parseSecretFlag, readSecretFlags } from '../secrets/flag.ts';
import { bringUp } from './bring-up.ts';
import { Closing } from './closing.ts';
import { openDisplay, type Display } from './display.ts';
import { Ended, Ending, codeOf } from './ending.ts';
import { borrowContext } from './existing/kubeconfig.ts';
import { leftBehind } from './existing/ledger.ts';
import { bringUpK3s } from './k3s/bring-up.ts';
import { settleCluster, type Settled } from './k3s/settle.ts';
import { checkImages } from './images.ts';
import { takeLock } from './lock.ts';
import { refuseOtherThanLinux } from './platform.ts';
import type { DevRequest } from './request.ts';
import { scrubEnvironment } from './scrub-environment.ts';
import type { Wanted } from './stage.ts';
import { openStateFolder } from './state-folder.ts';

/** Folder of the children's bundles: beside this one; where the sources run one to one (tests), in dist/. That of the executable where one holds all. */
export function bundlesFolder(): string {
  if (isSea()) return dirname(process.execPath);
  const beside = import.meta.dirname;
  return existsSync(join(beside, 'apiserver.js')) ? beside : join(beside, '../../../dist');
}

/** Everything that can be wrong in what a person gave is told before anything starts. */
async function readWishes(request: DevRequest, context: PluginContext): Promise<Wanted> {
  checkImages(request.images);
  const secrets = readSecretFlags(request.secrets, context.env);
  const borrowed = request.existing && borrowContext(request.existing.kubeconfig, request.existing.context);
  const cluster = borrowed ? { borrowed } : {};
  if (request.apply.length === 0) return { secrets, manifests: [], ...cluster };
  const { stdin, cwd, home } = context;
  const { manifests, faults } = await readManifests(request.apply, { stdin, cwd, home, recursive: request.recursive });
  refuseFaults([...faults, ...checkManifests(manifests)]);
  return { secrets, manifests, ...cluster };
}

/** The values are sealed by now; a process of the same user must find them neither in our environment nor in our memory. */
function forget(request: DevRequest, context: PluginContext, store: DevStore): void {
  const names = request.secrets.map((flag) => parseSecretFlag(flag).variable);
  if (!scrubEnvironment(names, context.env as NodeJS.ProcessEnv)) {
    store.notice(`warning: this system does not let the value of ${names.join(', ')} be erased from the environment of process ${process.pid}`);
  }
  // Afterwards, because it gives /proc/self/mem to root, and that is where the environment is erased.
  if (!closeToDebuggers()) store.notice(`warning: this system does not let process ${process.pid} be closed to debuggers; its memory may be readable by its own user`);
}

/** What a session that was killed left in other clusters is removed by a session that uses them again; until then it is told. */
function tellLeftovers({ stateDir }: DevRequest, used: string | undefined, store: DevStore): void {
  for (const { server, flags, count } of leftBehind(stateDir).filter((left) => left.server !== used)) {
    store.notice(`an earlier session left ${count} objects in the cluster at ${server}; remove them: kubectl clrk dev ${flags}, then Ctrl-C`);
  }
}

const titleOf = (settled: Settled): string => (settled.kind === 'k3s' ? `cluster ${settled.site.names.cluster} of k3s at ${settled.site.engine.name}` : 'embedded cluster');

/** Runs until it is told to stop; the answer is the exit code. */
export async function runDev(request: DevRequest, context: PluginContext, bundles = bundlesFolder()): Promise<number> {
  const wanted = await readWishes(request, context);
  openStateFolder(request.stateDir);
  const closing = new Closing();
  const lock = takeLock(request.stateDir, context.now());
  closing.add('releasing the lock', lock.release);
  const store = new DevStore();
  const ending = new Ending(context.interruption(), request.records, store);
  const { borrowed } = wanted;
  let display: Display | undefined;
  let wasUp = false;
  try {
    const settled: Settled = borrowed ? { kind: 'embedded', notices: [] } : await ending.orEnd(settleCluster(request, context, { bundles, signal: ending.signal }));
    if (settled.kind !== 'k3s') refuseOtherThanLinux(process.platform);
    if (settled.kind === 'k3s') closing.add('closing the connection to the Docker engine', () => settled.site.engine.close());
    // On stderr, before the interface takes the screen: whoever named the wrong context must see it.
    if (borrowed) context.stderr.write(`${printable(`warning: using the cluster of context ${borrowed.contextName} at ${borrowed.server}; what is created there ${request.keep ? 'stays' : 'is removed when this ends'}`)}\n`);
    display = await openDisplay({ store, context, tui: request.tui, colour: request.colour, title: 'clrk dev', onQuit: () => ending.end({ kind: 'quit' }) });
    store.notice(`kubectl clrk ${version}, ${borrowed ? `cluster of context ${borrowed.contextName}` : titleOf(settled)}, state in ${request.stateDir}`);
    for (const notice of settled.notices) store.notice(notice);
    if (lock.takenOver !== undefined) store.notice(lock.takenOver);
    tellLeftovers(request, borrowed?.server, store);
    forget(request, context, store);
    const stage = { request: { ...request, namespace: request.namespace ?? borrowed?.namespace ?? 'default' }, context, wanted, bundles, store, ending, closing };
    const refused = await (settled.kind === 'k3s' ? bringUpK3s(stage, settled.site) : bringUp(stage));
    wasUp = true;
    const code = codeOf(await ending.wait(), { waits: request.records, wasUp });
    // A script that waits for records must not take those of an older object for a success.
    if (request.records && refused.length > 0) throw new UserError(`${refused.join(', ')} could not be applied`, ['the lines above say why; what the cluster had of it went on']);
    return code;
  } catch (error) {
    if (error instanceof Ended && ending.reason) return codeOf(ending.reason, { waits: request.records, wasUp });
    throw error;
  } finally {
    ending.dispose();
    await display?.leaveTerminal();
    if (wasUp) store.notice('stopping');
    await closing.run((problem) => store.notice(`warning: ${problem}`));
    if (wasUp) store.notice(borrowed ? 'stopped' : `stopped; the state stays in ${request.stateDir}, and the next run of dev goes on from it`);
    display?.close();
  }
}
