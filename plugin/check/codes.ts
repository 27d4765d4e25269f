// The codes of everything that `check` looks at. Programs read them from `check -o json`: a code keeps its meaning for ever.

export const checkGroups = ['cluster', 'kinds', 'operator', 'rights', 'nodes', 'work'] as const;
export type CheckGroup = (typeof checkGroups)[number];

export interface CheckKind {
  readonly group: CheckGroup;
  /** What has to be so. */
  readonly meaning: string;
}

export const checkCodes = {
  connection: { group: 'cluster', meaning: 'the kubeconfig leads to an API server that answers and lets you in' },
  release: { group: 'cluster', meaning: 'the server has a release of Kubernetes that CLRK runs on' },
  installation: { group: 'cluster', meaning: 'CLRK is installed, all of it of one version, which is that of this program' },
  definitions: { group: 'kinds', meaning: 'the definitions of the kinds are there, ours, and served' },
  'api-service': { group: 'kinds', meaning: 'no other server answers for the API group' },
  namespaces: { group: 'operator', meaning: 'the namespaces are there, with their levels of Pod Security' },
  operator: { group: 'operator', meaning: 'the operator runs' },
  images: { group: 'operator', meaning: 'the images are of the version that is installed' },
  leader: { group: 'operator', meaning: 'one operator holds the Lease and renews it' },
  service: { group: 'operator', meaning: 'the Service is as it was made and leads to the operator' },
  authority: { group: 'operator', meaning: 'the authority that workers trust is valid for some time to come' },
  roles: { group: 'rights', meaning: 'the operator has its rights, and no others by these roles' },
  guards: { group: 'rights', meaning: 'the ValidatingAdmissionPolicies that hold the operator are in force' },
  network: { group: 'rights', meaning: "the operator's network is closed but for those who need it" },
  profile: { group: 'nodes', meaning: 'the seccomp profile of workers is on every node' },
  pools: { group: 'work', meaning: 'every pool has its workers' },
  policies: { group: 'work', meaning: 'every gateway, route and policy is in effect, and its Secret is there' },
  agents: { group: 'work', meaning: 'every agent runs' },
} as const satisfies Readonly<Record<string, CheckKind>>;

export type CheckCode = keyof typeof checkCodes;
