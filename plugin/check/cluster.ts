// Checks of the cluster and of the kinds.
import { annotations } from '../../operator/api/group.ts';
import { kinds } from '../../operator/api/kinds.ts';
import { installationObjects } from '../../operator/install/objects.ts';
import { installSettings } from '../../operator/install/settings.ts';
import { foundKinds, otherServer } from '../cluster/foreign.ts';
import { release } from '../cluster/release.ts';
import { installed, stateOf, type InstalledState } from '../install/installed.ts';
import { releaseFinding } from '../install/surroundings.ts';
import { obstacle } from '../manifests/readiness.ts';
import { obstacleText } from '../manifests/wait-report.ts';
import { again, bad, ok, warning, type Check, type Result, type Site } from './result.ts';

export const checkRelease: Check = async ({ kube }) => {
  const { level, text, hint } = releaseFinding(await release(kube));
  return { code: 'release', level, text, ...(hint === undefined ? {} : { hint }) };
};

const installationState = async ({ kube, version }: Site): Promise<InstalledState> => stateOf((await installed(kube, { mustSee: true })).map(({ object }) => object), installationObjects(installSettings()), version);

/** Whether anything is there decides whether it is worth to look at the rest. */
export const checkInstallation = (onState: (state: InstalledState) => void): Check => async (site) => {
  const state = await installationState(site);
  onState(state);
  return installationResult(state, site.version);
};

function installationResult({ kind, releases }: InstalledState, version: string): Result {
  const all = releases.join(' and ') || 'no version that it names';
  switch (kind) {
    case 'none': return bad('installation', 'nothing of CLRK is installed here', 'kubectl clrk install; or name another cluster with --context');
    case 'same': return ok('installation', `version ${version}`);
    case 'older': return warning('installation', `version ${all} is installed, and this program is ${version}`, 'kubectl clrk upgrade');
    case 'newer': return warning('installation', `version ${all} is installed, and this program is ${version}`, 'use kubectl clrk of the version that is installed');
    case 'mixed': return bad('installation', `parts of versions ${all} stand beside each other: an upgrade was stopped`, 'finish it: kubectl clrk upgrade');
  }
}

export const checkDefinitions: Check = async ({ kube }) => {
  const found = await foundKinds(kube);
  const missing = kinds.length - found.length;
  const faults = found.flatMap(({ object, objection }) => {
    const served = obstacle({ ...object, metadata: { ...object.metadata, name: '' } });
    return [...(objection === undefined ? [] : [`${object.metadata.name} ${objection}`]), ...(served === undefined ? [] : [`${object.metadata.name} is not served: ${obstacleText(served)}`])];
  });
  const versions = [...new Set(found.map(({ object }) => object.metadata.annotations?.[annotations.version] ?? 'unknown'))].join(', ');
  if (missing > 0) return bad('definitions', `${missing} of ${kinds.length} are missing`, again, faults);
  return faults.length > 0 ? bad('definitions', `${faults.length === 1 ? 'one is' : `${faults.length} are`} not as it has to be`, again, faults) : ok('definitions', `all ${kinds.length} are served, of version ${versions}`);
};

export const checkApiService: Check = async ({ kube }) => {
  const other = await otherServer(kube);
  return other === undefined ? ok('api-service', 'the API server itself answers for the group') : bad('api-service', `APIService ${other} gives the group to another server`, 'remove what registered it');
};
