// Looks, before anything is changed, at all that could keep an installation from coming about, and tells it at once.
import type { InstallSettings } from '../../operator/install/settings.ts';
import { isConflict, isNotFound, isUnreachable, KubeError } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { foundKinds, otherServer } from '../cluster/foreign.ts';
import { missingRights } from '../cluster/rights.ts';
import { release } from '../cluster/release.ts';
import { explain, UserError } from '../exit.ts';
import { Discovery } from '../manifests/discover.ts';
import { printedName } from '../manifests/apply.ts';
import type { Finding } from './finding.ts';
import { installed, stateOf, type InstalledState } from './installed.ts';
import { installNeeds } from './needs.ts';
import { gatewayFinding, leaseFinding, nodesFinding, podSecurityFinding, releaseFinding } from './surroundings.ts';
import { put, type Put } from './put.ts';

export interface PreflightOptions {
  readonly kube: Kube;
  readonly settings: InstallSettings;
  readonly objects: readonly KubeObject[];
  readonly version: string;
  readonly force: boolean;
  readonly allowDowngrade: boolean;
}

export interface Preflight {
  readonly findings: readonly Finding[];
  readonly state: InstalledState;
  /** What a dry run of the server said of each object; those are missing whose namespace is not there yet. */
  readonly outcomes: readonly Put[];
}

/** Throws only when the server cannot be asked at all. */
export async function preflight(options: PreflightOptions): Promise<Preflight> {
  const { kube, objects, version } = options;
  const server = await release(kube);
  const kindsKnown = await unknownKinds(kube, objects);
  const served = objects.filter((object) => !kindsKnown.unknown.includes(object));
  const found = (await installed(kube)).map(({ object }) => object);
  const state = stateOf(found, objects, version);
  const rights = await rightsFinding(kube, served);
  const trial = await dryRun(options, served);
  return {
    state,
    outcomes: trial.outcomes,
    findings: [
      releaseFinding(server),
      kindsKnown.finding,
      stateFinding(options, state),
      await definitionsFinding(options),
      rights,
      ...(rights.level === 'bad' ? [] : [trial.finding]),
      ...(await Promise.all([podSecurityFinding(kube, objects), leaseFinding(kube), nodesFinding(kube), gatewayFinding(kube)])),
    ],
  };
}

async function unknownKinds(kube: Kube, objects: readonly KubeObject[]): Promise<{ readonly unknown: readonly KubeObject[]; readonly finding: Finding }> {
  const discovery = new Discovery(kube);
  const unknown: KubeObject[] = [];
  for (const object of objects) {
    const missing = await discovery.serves(object).then((serves) => !serves);
    if (missing) unknown.push(object);
  }
  const names = [...new Set(unknown.map(({ apiVersion, kind }) => `${kind} of ${apiVersion}`))];
  const topic = 'API';
  if (names.length === 0) return { unknown, finding: { level: 'ok', topic, text: 'has every kind that an installation is made of' } };
  const text = `this server lacks ${names.join(', ')}`;
  const isOld = names.every((name) => name.includes('ValidatingAdmissionPolicy'));
  return { unknown, finding: { level: 'bad', topic, text, hint: isOld ? 'these came with Kubernetes 1.30: without them nothing holds the operator to the Secrets that policies name' : 'it is no full Kubernetes; the cluster that `kubectl clrk dev` brings has its own operator and needs no installation' } };
}

function stateFinding({ version, objects, allowDowngrade }: PreflightOptions, { kind, releases, present }: InstalledState): Finding {
  const topic = 'installation';
  const all = releases.join(', ') || 'no version that it names';
  const part = present < objects.length ? `, ${present} of ${objects.length} objects of it` : '';
  switch (kind) {
    case 'none': return { level: 'ok', topic, text: `none is there; this brings ${version}` };
    case 'same': return { level: 'ok', topic, text: `${version} is there${part}` };
    case 'older':
    case 'mixed': return { level: 'ok', topic, text: `${all} is there${part}; this brings ${version}` };
    case 'newer': return { level: allowDowngrade ? 'warning' : 'bad', topic, text: `${all} is there${part}, which is later than ${version}`, hint: allowDowngrade ? 'what only the later one knows is lost' : 'use kubectl clrk of that version, or go back to this one, at your own risk: --allow-downgrade' };
  }
}

async function definitionsFinding({ kube, allowDowngrade }: PreflightOptions): Promise<Finding> {
  const topic = 'kinds';
  const other = await otherServer(kube);
  if (other !== undefined) return { level: 'bad', topic, text: `another server answers for this API group: APIService ${other} names a service`, hint: 'use another cluster, or remove what registered it' };
  const found = await foundKinds(kube).catch((error: unknown) => {
    if (error instanceof KubeError && error.code === 403) return undefined;
    throw error;
  });
  // What is missing is told by the line on rights, with all else that is.
  if (found === undefined) return { level: 'warning', topic, text: 'you may not look at their definitions', hint: 'ask whoever runs the cluster for the right to read them' };
  const objections = found.filter(({ objection }) => objection !== undefined && !(allowDowngrade && objection.startsWith('is of version ')));
  if (objections.length === 0) return { level: 'ok', topic, text: found.length === 0 ? 'none of them is there' : `${found.length} are there, and ours` };
  const isNewer = objections.every(({ objection = '' }) => objection.startsWith('is of version '));
  return {
    level: 'bad',
    topic,
    text: `${objections.length} of ${found.length} must not be changed`,
    lines: objections.map(({ object, objection = '' }) => `CustomResourceDefinition ${object.metadata.name} ${objection}`),
    hint: isNewer ? 'use a newer kubectl clrk, or --allow-downgrade' : 'use another cluster, or remove these definitions if nobody needs them',
  };
}

async function rightsFinding(kube: Kube, objects: readonly KubeObject[]): Promise<Finding> {
  const missing = await missingRights(kube, installNeeds(objects));
  if (missing.length === 0) return { level: 'ok', topic: 'rights', text: 'you may do everything that is needed' };
  return { level: 'bad', topic: 'rights', text: 'you may not do everything that is needed', lines: missing.map((line) => `not allowed: ${line}`), hint: 'ask whoever runs the cluster, or give them the output of `kubectl clrk install -o yaml`' };
}

/** The server checks what it would store: schemas, rights that are handed on, admission. */
async function dryRun({ kube, force }: PreflightOptions, objects: readonly KubeObject[]): Promise<{ readonly outcomes: readonly Put[]; readonly finding: Finding }> {
  const outcomes: Put[] = [];
  const refused: string[] = [];
  let isForbidden = false;
  const warnings = new Set<string>();
  for (const object of objects) {
    try {
      outcomes.push(await put(kube, object, { dryRun: true, force, onWarning: (text) => warnings.add(`${printedName(object)}: ${text}`) }));
    } catch (error) {
      if (isUnreachable(error)) throw error;
      // Its namespace is made by the installation itself.
      if (isNotFound(error)) continue;
      isForbidden ||= error instanceof KubeError && error.code === 403;
      const { message, hints } = explain(error);
      refused.push(`${printedName(object)}: ${message}`, ...(error instanceof UserError ? hints.map((hint) => `  hint: ${hint}`) : []));
      if (!(error instanceof KubeError || error instanceof UserError) && !isConflict(error)) throw error;
    }
  }
  const topic = 'dry run';
  if (refused.length > 0) return { outcomes, finding: { level: 'bad', topic, text: 'the server would not take every object', lines: refused, hint: isForbidden ? 'a Role may only hand on what you may do yourself; whoever administers the cluster may' : 'change or delete what stands there, then run the same command again' } };
  if (warnings.size > 0) return { outcomes, finding: { level: 'warning', topic, text: 'the server takes every object, and warns', lines: [...warnings] } };
  return { outcomes, finding: { level: 'ok', topic, text: `the server takes ${outcomes.length === objects.length ? 'every object' : `${outcomes.length} objects; of ${objects.length - outcomes.length} the namespace is still to be made`}` } };
}
