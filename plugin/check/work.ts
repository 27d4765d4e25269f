// Checks of what people put into a cluster: pools, gateways, routes, policies and agents, by what their conditions say.
import type { Kube, KubeObject, Resource } from '../../operator/kube/kube.ts';
import { aiProviderRoutes, credentialInjectionPolicies, daemonAgents, egressGateways, workerPools } from '../../operator/kube/resources.ts';
import { nameOf } from '../cluster/inhabitants.ts';
import { obstacle } from '../manifests/readiness.ts';
import { obstacleText } from '../manifests/wait-report.ts';
import type { CheckCode } from './codes.ts';
import { list, ok, warning, type Check, type Result } from './result.ts';

const maxShown = 20;

const faultsOf = (objects: readonly KubeObject[]): readonly string[] =>
  objects.flatMap((object) => {
    const found = obstacle(object);
    return found === undefined ? [] : [`${nameOf(object)}: ${obstacleText(found)}`];
  });

async function inEffect(kube: Kube, code: CheckCode, kinds: readonly Resource[], words: { readonly none: string; readonly hint: string }): Promise<Result> {
  const objects = (await Promise.all(kinds.map((resource) => list(kube, resource)))).flat();
  const faults = faultsOf(objects);
  if (objects.length === 0) return ok(code, words.none);
  if (faults.length === 0) return ok(code, objects.length === 1 ? 'the one that is there is in effect' : `all ${objects.length} in effect`);
  const shown = [...faults.slice(0, maxShown), ...(faults.length > maxShown ? [`... and ${faults.length - maxShown} more`] : [])];
  // What people made is theirs: it says nothing against the installation.
  return warning(code, `${faults.length} of ${objects.length} not in effect`, words.hint, shown);
}

export const checkPools: Check = ({ kube }) => inEffect(kube, 'pools', [workerPools], { none: 'there is none, and without one no agent runs', hint: 'look: kubectl describe workerpools -A' });
export const checkPolicies: Check = ({ kube }) => inEffect(kube, 'policies', [egressGateways, aiProviderRoutes, credentialInjectionPolicies], { none: 'there is none', hint: 'a Secret that is missing: kubectl clrk secrets set; else kubectl describe the object' });
export const checkAgents: Check = ({ kube }) => inEffect(kube, 'agents', [daemonAgents], { none: 'there is none', hint: 'look: kubectl clrk agents get NAME -n NAMESPACE' });
