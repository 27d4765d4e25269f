// A dev session from beginning to end: what is wanted is read and checked, then brought up, awaited, and undone step by step.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { closeToDebuggers } from '../../proxy/debuggers.ts';
import { version } from '../../proxy/telemetry/version.ts';
import type { PluginContext } from '../context.ts';
import { UserError } from '../exit.ts';
import { DevStore } from '../feeds/store.ts';
import { checkManifests } from '../manifests/check.ts';
import { refuseFaults } from '../manifests/faults.ts';
import { readManifests } from '../manifests/read.ts';
import { parseSecretFlag, readSecretFlags } from '../secrets/flag.ts';
import { bringUp, type Wanted } from './bring-up.ts';
import { Closing } from './closing.ts';
import { openDisplay, type Display } from './display.ts';
import { Ended, Ending, codeOf } from './ending.ts';
import { checkImages } from './images.ts';
import { takeLock } from './lock.ts';
import type { DevRequest } from './request.ts';
import { scrubEnvironment } from './scrub-environment.ts';
import { openStateFolder } from './state-folder.ts';

/** Folder of the children's bundles: beside this one; where the sources run one to one (tests), in dist/. */
export function bundlesFolder(): string {
  const beside = import.meta.dirname;
  return existsSync(join(beside, 'apiserver.js')) ? beside : join(beside, '../../../dist');
}

/** Everything that can be wrong in what a person gave is told before anything starts. */
async function readWishes(request: DevRequest, context: PluginContext): Promise<Wanted> {
  checkImages(request.images);
  const secrets = readSecretFlags(request.secrets, context.env);
  if (request.apply.length === 0) return { secrets, manifests: [] };
  const { stdin, cwd, home } = context;
  const { manifests, faults } = await readManifests(request.apply, { stdin, cwd, home, recursive: request.recursive });
  refuseFaults([...faults, ...checkManifests(manifests)]);
  return { secrets, manifests };
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

/** Runs until it is told to stop; the answer is the exit code. */
export async function runDev(request: DevRequest, context: PluginContext, bundles = bundlesFolder()): Promise<number> {
  const wanted = await readWishes(request, context);
  openStateFolder(request.stateDir);
  const closing = new Closing();
  const lock = takeLock(request.stateDir, context.now());
  closing.add('releasing the lock', lock.release);
  const store = new DevStore();
  const ending = new Ending(context.interruption(), request.records, store);
  let display: Display | undefined;
  let wasUp = false;
  try {
    display = await openDisplay({ store, context, tui: request.tui, colour: request.colour, title: 'clrk dev', onQuit: () => ending.end({ kind: 'quit' }) });
    store.notice(`kubectl clrk ${version}, embedded cluster, state in ${request.stateDir}`);
    if (lock.takenOver !== undefined) store.notice(lock.takenOver);
    forget(request, context, store);
    const refused = await bringUp({ request, context, wanted, bundles, store, ending, closing });
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
    if (wasUp) store.notice(`stopped; the state stays in ${request.stateDir}, and the next run of dev goes on from it`);
    display?.close();
  }
}
