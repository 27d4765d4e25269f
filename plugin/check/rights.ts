// Checks of what holds an installation in bounds: roles, admission policies, network policies; and of the profile on the nodes.
import { field, type KubeObject } from '../../operator/api/object.ts';
import { admissionObjects } from '../../operator/install/admission.ts';
import { nodeAccount, nodeNamespace } from '../../operator/install/names.ts';
import { networkPolicies } from '../../operator/install/network-policies.ts';
import { rbacObjects } from '../../operator/install/rbac.ts';
import { workerProfileText } from '../../operator/install/seccomp/profile.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { configmaps, daemonsets } from '../../operator/kube/resources.ts';
import { knownResource } from '../install/put.ts';
import { printedName } from '../manifests/apply.ts';
import { obstacle } from '../manifests/readiness.ts';
import { obstacleText } from '../manifests/wait-report.ts';
import { saysTheSame } from './intact.ts';
import { again, bad, get, ok, warning, type Check, type Result } from './result.ts';
import type { CheckCode } from './codes.ts';

/** What is missing or says something else than it did. */
async function changed(kube: Kube, wanted: readonly KubeObject[]): Promise<readonly string[]> {
  const lines = await Promise.all(wanted.map(async (object) => {
    const found = await get(kube, knownResource(object), object.metadata);
    if (!found) return [`${printedName(object)} is missing`];
    return saysTheSame(found, object) ? [] : [`${printedName(object)} was changed`];
  }));
  return lines.flat();
}

async function intact(kube: Kube, code: CheckCode, wanted: readonly KubeObject[], fault: (lines: readonly string[]) => Result): Promise<Result> {
  const lines = await changed(kube, wanted);
  return lines.length === 0 ? ok(code, `${wanted.length} objects as they were made`) : fault(lines);
}

export const checkRoles: Check = ({ kube }) => intact(kube, 'roles', rbacObjects(), (lines) => bad('roles', 'not as they were made', again, lines));
export const checkGuards: Check = ({ kube }) => intact(kube, 'guards', admissionObjects(), (lines) => bad('guards', 'not as they were made: the operator could write more than it should', again, lines));
export const checkNetwork: Check = ({ kube }) => intact(kube, 'network', networkPolicies(), (lines) => warning('network', 'not closed as install closes it', 'right with --no-network-policies; else kubectl clrk install', lines));

export const checkProfile: Check = async ({ kube }) => {
  const place = { namespace: nodeNamespace, name: nodeAccount };
  const set = await get(kube, daemonsets, place);
  if (!set) return warning('profile', 'nothing lays it on the nodes', 'right with --no-node-profile, where you lay it yourself; else kubectl clrk install');
  const text = Object.values((field(await get(kube, configmaps, place), 'data') ?? {}) as Readonly<Record<string, unknown>>)[0];
  if (text !== workerProfileText()) return bad('profile', 'the ConfigMap does not hold the profile of this version', again);
  const inTheWay = obstacle(set);
  const available = Number(field(set, 'status', 'numberAvailable') ?? 0);
  if (inTheWay === undefined) return ok('profile', `on ${available} ${available === 1 ? 'node' : 'nodes'}`);
  return bad('profile', `not on every node: ${obstacleText(inTheWay)}`, `look: kubectl -n ${nodeNamespace} get pods -o wide`);
};
