// Takes an installation out of a cluster in an order that leaves nothing stuck, and tells what stays.
import { authoritySecret, operatorLease, seccompProfile, systemNamespace } from '../../operator/install/names.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { leases, namespaces, secrets } from '../../operator/kube/resources.ts';
import { isConflict } from '../../operator/kube/errors.ts';
import { missingRights } from '../cluster/rights.ts';
import { release } from '../cluster/release.ts';
import { inhabitantObjects, nameOf } from '../cluster/inhabitants.ts';
import { exitCodes, UserError } from '../exit.ts';
import { confirm } from '../format/confirm.ts';
import { waitMs } from '../go-duration.ts';
import { printedName } from '../manifests/apply.ts';
import { untilGone } from './gone.ts';
import { holdInstallation, type InstallHold } from './hold.ts';
import type { Found } from './installed.ts';
import { uninstallNeeds } from './needs.ts';
import { cleanNodes } from './node-cleanup.ts';
import { everything, keptLine, removal, type Removal, type RemovalChoice } from './removal.ts';
import { remove } from './remove.ts';
import type { InstallWorld } from './session.ts';
import { leaseFinding } from './surroundings.ts';

export interface UninstallRequest extends RemovalChoice {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly wait: boolean;
  readonly timeout: string;
}

/** Throws before anything is changed when it could not come to its end. */
async function look(request: UninstallRequest, { kube }: InstallWorld): Promise<Removal> {
  await release(kube);
  const missing = await missingRights(kube, uninstallNeeds(request.deleteData));
  if (missing.length > 0) throw new UserError('you may not do everything that an uninstall needs, and nothing was changed', ['ask whoever runs the cluster'], { lines: missing.map((line) => `not allowed: ${line}`) });
  const lease = await leaseFinding(kube);
  if (lease.level === 'bad') throw new UserError(`${lease.text}; nothing was changed`, lease.hint === undefined ? [] : [lease.hint]);
  return removal(kube, request);
}

function question(plan: Removal, context: string): string {
  const count = (found: readonly Found[], what: string): readonly string[] => (found.length === 0 ? [] : [`${found.length} ${what}`]);
  const parts = [...count(everything(plan), 'objects'), ...count(plan.people, 'of them agents, pools, gateways and policies that people made'), ...count(plan.made, 'of them what the operator made: workers stop')];
  return `uninstall CLRK from ${context}: ${parts.join(', ')}. Go on?`;
}

export async function runUninstall(request: UninstallRequest, world: InstallWorld): Promise<number> {
  const { kube, stdout, stderr, contextName, interruption, paint } = world;
  stderr.write(`context ${contextName}, server ${kube.server}\n`);
  const plan = await look(request, world);
  const total = everything(plan).length;
  for (const kept of plan.kept) stderr.write(`${keptLine(kept)}\n`);
  if (total === 0) {
    stderr.write('there is nothing of an installation in this cluster\n');
    return exitCodes.ok;
  }
  if (request.dryRun) {
    for (const { object } of everything(plan)) stdout.write(`${printedName(object)} deleted (dry run)\n`);
    return exitCodes.ok;
  }
  if (!request.yes && !(await confirm(question(plan, contextName), { ...world, signal: interruption }))) throw new UserError('not agreed, and nothing was changed');
  await new Uninstall(request, world).run(plan);
  stderr.write(`${paint('good', 'CLRK is uninstalled')}${plan.kept.length > 0 ? `, but for ${plan.kept.length} objects that stay` : ''}\n`);
  return exitCodes.ok;
}

class Uninstall {
  readonly #world: InstallWorld;
  readonly #request: UninstallRequest;
  readonly #untilMs: number;
  #deleted = 0;
  #signal: AbortSignal;

  constructor(request: UninstallRequest, world: InstallWorld) {
    this.#world = world;
    this.#request = request;
    this.#untilMs = Date.now() + waitMs('--timeout', request.timeout);
    this.#signal = world.interruption;
  }

  get #kube(): Kube {
    return this.#world.kube;
  }

  #tell(line: string): void {
    this.#world.stderr.write(`${line}\n`);
  }

  async run(plan: Removal): Promise<void> {
    const { interruption, flags } = this.#world;
    let hold: InstallHold | undefined;
    try {
      if (await this.#kube.get(namespaces, { name: systemNamespace })) hold = await holdInstallation({ kube: this.#kube, verb: 'uninstall', signal: interruption, tell: (line) => this.#tell(line) });
      if (hold) this.#signal = AbortSignal.any([interruption, hold.lost]);
      await this.#removeAll(plan);
      await hold?.release();
      hold = undefined;
      await this.#removeNamespaces(plan.namespaces);
    } catch (error) {
      if (this.#deleted > 0) this.#tell(`stopped: ${this.#deleted} objects are deleted; the same command goes on from here: kubectl clrk uninstall${flags.clrk}`);
      throw error;
    } finally {
      await hold?.release();
    }
  }

  async #removeAll(plan: Removal): Promise<void> {
    // While the operator still runs: it gives back what it holds for them.
    await this.#removeAndWait(plan.people);
    // Then the operator, or it would make the next anew.
    await this.#removeAndWait(plan.operator, 'Foreground');
    await this.#removeAndWait(plan.made, 'Foreground');
    if (plan.nodeProfile) {
      const left = await cleanNodes(this.#kube, plan.nodeProfile.object, this.#signal);
      if (left !== undefined) this.#tell(`warning: the file ${seccompProfile} may stay below the kubelet's folder for seccomp profiles: ${left}`);
      await this.#removeAndWait([plan.nodeProfile], 'Foreground');
    }
    await this.#removeAndWait(plan.rest);
    await this.#removeAndWait(plan.definitions);
    // Made at run time, and of no use to anybody else.
    const own = [{ resource: secrets, ref: { namespace: systemNamespace, name: authoritySecret } }, { resource: leases, ref: operatorLease }];
    for (const { resource, ref } of own) {
      const object = await this.#kube.get(resource, ref);
      if (object) await this.#remove({ resource, object });
    }
  }

  async #remove({ resource, object }: Found, policy: 'Background' | 'Foreground' = 'Background'): Promise<void> {
    this.#signal.throwIfAborted();
    if (!(await remove(this.#kube, resource, object, policy))) return;
    this.#deleted++;
    this.#world.stdout.write(`${printedName(object)} deleted\n`);
  }

  async #removeAndWait(found: readonly Found[], policy: 'Background' | 'Foreground' = 'Background'): Promise<void> {
    for (const one of found) await this.#remove(one, policy);
    if (this.#request.wait) await untilGone(this.#kube, found, { untilMs: this.#untilMs, signal: this.#signal });
  }

  /** One in which somebody else has something stays, or that would go with it. */
  async #removeNamespaces(found: readonly Found[]): Promise<void> {
    const going: Found[] = [];
    for (const one of found) {
      const { name } = one.object.metadata;
      const others = one.object.metadata.deletionTimestamp === undefined ? (await inhabitantObjects(this.#kube, name)).filter(({ kind, metadata }) => !metadata.ownerReferences?.length && metadata.deletionTimestamp === undefined && !(kind === 'Endpoints' && metadata.name === operatorLease.name)) : [];
      if (others.length > 0) {
        this.#tell(`kept namespace/${name}: it holds what install did not make: ${others.slice(0, 3).map(nameOf).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}`);
        continue;
      }
      going.push(one);
    }
    try {
      await this.#removeAndWait(going);
    } catch (error) {
      // Somebody else has just deleted it.
      if (!isConflict(error)) throw error;
    }
  }
}
