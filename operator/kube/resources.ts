// Where each kind lives in the API: the kinds of ours and the built-in ones that the project touches.
import { group, version } from '../api/group.ts';
import { kinds } from '../api/kinds.ts';
import type { KindDefinition } from '../api/object.ts';
import { agentSandboxRevision } from '../api/agent-sandbox-revision.ts';
import { aiProviderRoute } from '../api/ai-provider-route.ts';
import { credentialInjectionPolicy } from '../api/credential-injection-policy.ts';
import { daemonAgent } from '../api/daemon-agent.ts';
import { egressGateway } from '../api/egress-gateway.ts';
import { workerPool } from '../api/worker-pool.ts';
import type { Resource } from './kube.ts';

const core = (plural: string, kind: string, namespaced = true): Resource => ({ group: '', version: 'v1', plural, kind, namespaced });
const ours = ({ plural, kind }: KindDefinition): Resource => ({ group, version, plural, kind, namespaced: true });

export const namespaces = core('namespaces', 'Namespace', false);
export const secrets = core('secrets', 'Secret');
export const configmaps = core('configmaps', 'ConfigMap');
export const events = core('events', 'Event');
export const services = core('services', 'Service');
export const endpoints = core('endpoints', 'Endpoints');
export const serviceaccounts = core('serviceaccounts', 'ServiceAccount');
export const leases: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease', namespaced: true };
export const crds: Resource = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition', namespaced: false };

export const pods = core('pods', 'Pod');
const inGroup = (group: string, plural: string, kind: string, namespaced = true): Resource => ({ group, version: 'v1', plural, kind, namespaced });
export const deployments = inGroup('apps', 'deployments', 'Deployment');
export const daemonsets = inGroup('apps', 'daemonsets', 'DaemonSet');
export const networkpolicies = inGroup('networking.k8s.io', 'networkpolicies', 'NetworkPolicy');
export const poddisruptionbudgets = inGroup('policy', 'poddisruptionbudgets', 'PodDisruptionBudget');
export const roles = inGroup('rbac.authorization.k8s.io', 'roles', 'Role');
export const rolebindings = inGroup('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding');
export const clusterroles = inGroup('rbac.authorization.k8s.io', 'clusterroles', 'ClusterRole', false);
export const clusterrolebindings = inGroup('rbac.authorization.k8s.io', 'clusterrolebindings', 'ClusterRoleBinding', false);
export const admissionPolicies = inGroup('admissionregistration.k8s.io', 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', false);
export const admissionPolicyBindings = inGroup('admissionregistration.k8s.io', 'validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', false);
export const tokenReviews = inGroup('authentication.k8s.io', 'tokenreviews', 'TokenReview', false);

export const daemonAgents = ours(daemonAgent);
export const workerPools = ours(workerPool);
export const egressGateways = ours(egressGateway);
export const aiProviderRoutes = ours(aiProviderRoute);
export const credentialInjectionPolicies = ours(credentialInjectionPolicy);
export const agentSandboxRevisions = ours(agentSandboxRevision);

const builtIn: readonly Resource[] = [
  namespaces, secrets, configmaps, events, services, endpoints, serviceaccounts, pods, leases, crds,
  deployments, daemonsets, networkpolicies, poddisruptionbudgets, roles, rolebindings, clusterroles, clusterrolebindings, admissionPolicies, admissionPolicyBindings,
];

/** The resource of an object by its apiVersion and kind, without asking the server; undefined for kinds that are not listed here. */
export function resourceOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): Resource | undefined {
  return [...kinds.map(ours), ...builtIn].find((known) => known.kind === kind && versionOf(known) === apiVersion);
}

/** `v1`, `apps/v1`: what stands in apiVersion. */
export const versionOf = ({ group: name, version: v }: Resource): string => (name ? `${name}/${v}` : v);
