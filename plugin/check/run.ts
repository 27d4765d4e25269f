// Runs the checks in order and ends early only where nothing more can be seen.
import { isUnreachable, KubeError } from '../../operator/kube/errors.ts';
import { explain } from '../exit.ts';
import { checkApiService, checkDefinitions, checkInstallation, checkRelease } from './cluster.ts';
import type { CheckCode } from './codes.ts';
import { checkAuthority, checkImages, checkLeader, checkNamespaces, checkOperator, checkService } from './operator.ts';
import { bad, guarded, ok, type Check, type Result, type Site } from './result.ts';
import { checkGuards, checkNetwork, checkProfile, checkRoles } from './rights.ts';
import { checkAgents, checkPolicies, checkPools } from './work.ts';

const checks: readonly (readonly [code: CheckCode, check: Check])[] = [
  ['definitions', checkDefinitions], ['api-service', checkApiService],
  ['namespaces', checkNamespaces], ['operator', checkOperator], ['images', checkImages], ['leader', checkLeader], ['service', checkService], ['authority', checkAuthority],
  ['roles', checkRoles], ['guards', checkGuards], ['network', checkNetwork],
  ['profile', checkProfile],
  ['pools', checkPools], ['policies', checkPolicies], ['agents', checkAgents],
];

/** No way there, or no way in. */
export function connectionResult(error: unknown): Result {
  const { message, hints } = explain(error);
  return bad('connection', message, hints.join('; ') || 'check the server: kubectl config view --minify');
}

const isAway = (error: unknown): boolean => isUnreachable(error) || (error instanceof KubeError && error.code === 401);

/** `contextName`: for the first line. Throws only what is a fault of this program. */
export async function* runChecks(site: Site, contextName: string): AsyncGenerator<Result> {
  try {
    const release = await guarded('release', checkRelease, site);
    yield ok('connection', `context ${contextName}, server ${site.kube.server}`);
    yield release;
    let isThere = true;
    yield await guarded('installation', checkInstallation(({ kind }) => { isThere = kind !== 'none'; }), site);
    for (const [code, check] of checks) {
      // Where nothing is installed, every other check would say so again.
      if (!isThere && code !== 'api-service') continue;
      yield await guarded(code, check, site);
    }
  } catch (error) {
    if (!isAway(error) && !(error instanceof Error && error.name === 'UserError')) throw error;
    yield connectionResult(error);
  }
}
