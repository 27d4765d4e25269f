// Puts an installation into a cluster from beginning to end: looks, asks, applies step by step, waits; and says where it stopped.
import type { Readable } from 'node:stream';
import { installation, type InstallPart } from '../../operator/install/objects.ts';
import type { InstallSettings } from '../../operator/install/settings.ts';
import { version } from '../../proxy/telemetry/version.ts';
import { exitCodes, UserError } from '../exit.ts';
import { confirm } from '../format/confirm.ts';
import { printedName } from '../manifests/apply.ts';
import { findingLines } from './finding.ts';
import { holdInstallation, type InstallHold } from './hold.ts';
import { installed, keyOf, superseded } from './installed.ts';
import { preflight, type Preflight } from './preflight.ts';
import { putParts, type Put } from './put.ts';
import { remove } from './remove.ts';
import { awaitInstalled, awaitKinds, type Ending } from './ready.ts';

export interface InstallRequest {
  readonly verb: 'install' | 'upgrade';
  readonly settings: InstallSettings;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly force: boolean;
  readonly allowDowngrade: boolean;
  readonly skipPreflight: boolean;
  readonly wait: boolean;
  readonly timeout: string;
}

export interface InstallWorld extends Ending {
  readonly contextName: string;
  readonly stdin: Readable;
  readonly onWarning: (text: string) => void;
}

/** How many objects there will be, and how many of them differ from what is there. */
function summary({ outcomes }: Preflight, total: number): string {
  const count = (outcome: string): number => outcomes.filter((one) => one.outcome === outcome).length;
  const created = count('created') + total - outcomes.length;
  return [`${total} objects`, ...(created > 0 ? [`${created} new`] : []), ...(count('configured') > 0 ? [`${count('configured')} changed`] : []), ...(count('unchanged') > 0 ? [`${count('unchanged')} as they are`] : [])].join(', ');
}

export async function runInstall(request: InstallRequest, world: InstallWorld): Promise<number> {
  const { kube, stderr, paint, interruption, contextName } = world;
  const { settings, verb, force, allowDowngrade } = request;
  const parts = installation(settings);
  const objects = parts.flatMap((part) => part.objects);
  stderr.write(`context ${contextName}, server ${kube.server}\n`);
  const looked = await preflight({ kube, settings, objects, version, force, allowDowngrade });
  stderr.write(findingLines(looked.findings, paint));
  if (verb === 'upgrade' && looked.state.kind === 'none') throw new UserError('nothing is installed in this cluster that could be upgraded', ['`kubectl clrk install` puts it there']);
  const bad = looked.findings.filter(({ level }) => level === 'bad').length;
  if (bad > 0 && !(request.skipPreflight && looked.state.kind !== 'newer')) throw new UserError(`${bad === 1 ? 'one thing is' : `${bad} things are`} in the way, and nothing was changed`, ['each line with × says what to do', 'try it all the same: --skip-preflight']);
  interruption.throwIfAborted();
  if (request.dryRun) return showTrial(looked, parts, world);
  const isDone = looked.outcomes.length === objects.length && looked.outcomes.every(({ outcome }) => outcome === 'unchanged');
  if (!isDone && !request.yes && !(await confirm(`${verb} CLRK ${version} in ${contextName}: ${summary(looked, objects.length)}. Go on?`, { ...world, signal: interruption }))) throw new UserError('not agreed, and nothing was changed');
  await change(request, world, parts);
  return exitCodes.ok;
}

function showTrial({ outcomes }: Preflight, parts: readonly InstallPart[], { stdout }: InstallWorld): number {
  const known = new Map(outcomes.map(({ object, outcome }) => [keyOf(object), outcome]));
  for (const object of parts.flatMap((part) => part.objects)) stdout.write(`${printedName(object)} ${known.get(keyOf(object)) ?? 'created'} (server dry run)\n`);
  return exitCodes.ok;
}

async function change(request: InstallRequest, world: InstallWorld, parts: readonly InstallPart[]): Promise<void> {
  const { kube, stdout, stderr, paint, interruption } = world;
  const total = parts.flatMap((part) => part.objects).length;
  const done: Put[] = [];
  let hold: InstallHold | undefined;
  try {
    const onPart = ({ name, why }: InstallPart): void => void stderr.write(`${paint('quiet', `${name}: ${why}`)}\n`);
    const onPut = (put: Put): void => {
      done.push(put);
      stdout.write(`${printedName(put.object)} ${put.outcome}\n`);
    };
    const options = { force: request.force, onPart, onPut, onWarning: world.onWarning };
    const [first, ...others] = parts;
    // The Lease stands in a namespace that may have to be made; twice the same changes nothing.
    if (first) await putParts(kube, [first], { ...options, signal: interruption });
    hold = await holdInstallation({ kube, verb: request.verb, signal: interruption, tell: (line) => void stderr.write(`${line}\n`) });
    const signal = AbortSignal.any([interruption, hold.lost]);
    for (const part of others) {
      await putParts(kube, [part], { ...options, signal });
      if (part.name === 'kinds') await awaitKinds(kube, done, signal);
    }
    await removeOld(world, parts, signal);
  } catch (error) {
    if (done.some(({ outcome }) => outcome !== 'unchanged')) stderr.write(`stopped: ${done.length} of ${total} objects are applied; the same command goes on from here, \`kubectl clrk uninstall${world.flags.clrk}\` takes them out\n`);
    throw error;
  } finally {
    await hold?.release();
  }
  if (request.wait) await awaitInstalled(done, world, request.timeout);
  stderr.write(`${paint('good', `CLRK ${version} is installed`)}${request.wait ? '' : ', and was not waited for'}; look: kubectl clrk check${world.flags.clrk}\n`);
}

/** What an earlier version or other flags made, and this installation does not have. */
async function removeOld({ kube, stdout }: InstallWorld, parts: readonly InstallPart[], signal: AbortSignal): Promise<void> {
  for (const { resource, object } of superseded(await installed(kube), parts.flatMap((part) => part.objects))) {
    signal.throwIfAborted();
    if (await remove(kube, resource, object)) stdout.write(`${printedName(object)} deleted\n`);
  }
}
