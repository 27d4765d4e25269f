// Takes an installation out of a cluster in an order that leaves nothing stuck, and tells what stays.
import { authoritySecret, installLease, operatorLease, seccompProfile, systemNamespace } from '../../operator/install/names.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { leases, namespaces, secrets } from '../../operator/kube/resources.ts';
import { isConflict, KubeError } from '../../operator/kube/errors.ts';
import { missingRights } from '../cluster/rights.ts';
import { release } from '../cluster/release.ts';
import { inhabitantObjects, nameOf } from '../cluster/inhabitants.ts';
import { exitCodes, UserError } from '../exit.ts';
import { confirm } from '../format/confirm.ts';
import { waitMs } from '../go-duration.ts';
import { printable } from '../format/printable.ts';
import { printedName } from '../manifests/apply.ts';
import { untilGone } from './gone.ts';
import { holdInstallation, type InstallHold } from './hold.ts';
import type { Found } from './installed.ts';
import { uninstallNeeds } from './needs.ts';
import { cleanNodes } from './node-cleanup.ts';
import { madeBefore } from './own-namespaces.ts';
import { installManager } from './put.ts';
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
  const kept = await new Uninstall(request, world).run(plan);
  stderr.write(`${paint('good', 'CLRK is uninstalled')}${kept > 0 ? `, but for ${kept} ${kept === 1 ? 'object that stays' : 'objects that stay'}` : ''}\n`);
  return exitCodes.ok;
}

class Uninstall {
  readonly #world: InstallWorld;
  readonly #request: UninstallRequest;
  readonly #untilMs: number;
  #deleted = 0;
  #kept = 0;
  #hold: InstallHold | undefined;
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

  /** How many objects stay after all. */
  async run(plan: Removal): Promise<number> {
    const { interruption, flags } = this.#world;
    this.#kept = plan.kept.length;
    try {
      if (await this.#kube.get(namespaces, { name: systemNamespace })) this.#hold = await holdInstallation({ kube: this.#kube, verb: 'uninstall', signal: interruption, tell: (line) => this.#tell(line) });
      if (this.#hold) this.#signal = AbortSignal.any([interruption, this.#hold.lost]);
      await this.#removeAll(plan);
      await this.#removeNamespaces(plan.namespaces);
    } catch (error) {
      if (this.#deleted > 0) this.#tell(`stopped: ${this.#deleted} ${this.#deleted === 1 ? 'object is' : 'objects are'} deleted; the same command goes on from here: kubectl clrk uninstall${flags.clrk}`);
      throw error;
    } finally {
      await this.#release();
    }
    return this.#kept;
  }

  async #release(): Promise<void> {
    const hold = this.#hold;
    this.#hold = undefined;
    if (hold) this.#signal = this.#world.interruption;
    await hold?.release();
  }

  async #removeAll(plan: Removal): Promise<void> {
    // While the operator still runs: it gives back what it holds for them.
    await this.#removeAndWait(plan.people);
    // Then the operator, or it would make the next anew.
    await this.#removeAndWait(plan.operator, 'Foreground');
    await this.#removeAndWait(plan.made, 'Foreground');
    if (plan.nodeProfile) {
      const left = await cleanNodes(this.#kube, plan.nodeProfile.object, { untilMs: this.#untilMs, signal: this.#signal });
      if (left !== undefined) this.#tell(`warning: the file ${seccompProfile} may stay below the kubelet's folder for seccomp profiles: ${left}`);
      await this.#removeAndWait([plan.nodeProfile], 'Foreground');
    }
    await this.#removeAndWait(plan.rest);
    await this.#removeAndWait(await this.#stillUnused(plan));
    // Made at run time, and of no use to anybody else.
    const isFree = (await leaseFinding(this.#kube)).level !== 'bad';
    const own = [{ resource: secrets, ref: { namespace: systemNamespace, name: authoritySecret } }, ...(isFree ? [{ resource: leases, ref: operatorLease }] : [])];
    for (const { resource, ref } of own) {
      const object = await this.#kube.get(resource, ref);
      if (object) await this.#remove({ resource, object });
    }
  }

  /** A question may stand for long and much may be made meanwhile: nobody's object goes with its definition that was not spoken of. */
  async #stillUnused({ definitions }: Removal): Promise<readonly Found[]> {
    if (definitions.length === 0) return [];
    const now = await removal(this.#kube, this.#request);
    const going = new Set(now.definitions.map(({ object }) => object.metadata.uid));
    const spared = new Set(definitions.filter(({ object }) => !going.has(object.metadata.uid)).map(({ object }) => object.metadata.uid));
    for (const kept of now.kept.filter(({ object }) => spared.has(object.metadata.uid))) {
      this.#kept++;
      this.#tell(keptLine(kept));
    }
    return definitions.filter(({ object }) => !spared.has(object.metadata.uid));
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

  /**
   * One in which somebody else has something stays, or that would go with it; so does one that was there before. Whoever would
   * install meanwhile is kept away until nothing can be made there any more.
   */
  async #removeNamespaces(found: readonly Found[]): Promise<void> {
    const going: Found[] = [];
    for (const one of found) {
      const why = await this.#whyKept(one.object);
      if (why === undefined) going.push(one);
      else {
        this.#kept++;
        this.#tell(`kept ${printedName(one.object)}: ${why}`);
      }
    }
    try {
      for (const one of going) await this.#remove(one);
      await this.#release();
      if (this.#request.wait) await untilGone(this.#kube, going, { untilMs: this.#untilMs, signal: this.#signal });
    } catch (error) {
      // Somebody else has just deleted it.
      if (!isConflict(error)) throw error;
    }
  }

  async #whyKept({ metadata }: KubeObject): Promise<string | undefined> {
    if (metadata.deletionTimestamp !== undefined) return undefined;
    const others = (await inhabitantObjects(this.#kube, metadata.name)).filter((one) => !one.metadata.ownerReferences?.length && one.metadata.deletionTimestamp === undefined && !isPassing(one));
    if (others.length > 0) return `it holds what install did not make: ${others.slice(0, 3).map(nameOf).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}`;
    const now = await this.#kube.get(namespaces, metadata);
    const maker = now && madeBefore(now);
    if (now === undefined || maker === undefined) return undefined;
    // Without our labels it is as it was, and nobody looks for it again.
    await this.#kube.apply(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: metadata.name } }, { fieldManager: installManager, force: true }).catch((error: unknown) => {
      // Who may delete need not be allowed to write.
      if (!(error instanceof KubeError) || error.code !== 403) throw error;
    });
    return `it was there before, made by ${printable(maker)}`;
  }
}

/** What goes with the operator's Service, and our own hold. */
const isPassing = ({ kind, metadata: { name } }: KubeObject): boolean => (kind === 'Endpoints' && name === operatorLease.name) || (kind === 'Lease' && name === installLease);
