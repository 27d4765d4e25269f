// Names on the wire that belong to the API group: group, version, labels, annotations, generated object names.

export const group = 'clrk.apoxy.dev';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;

export const labels = {
  agent: `${group}/agent`,
  agentKind: `${group}/agent-kind`,
  generation: `${group}/generation`,
  workerPool: `${group}/worker-pool`,
  egressGateway: `${group}/egressgateway`,
} as const;

export const annotations = {
  /** On a definition of a kind: the version of CLRK that it is of. */
  version: `${group}/version`,
  /** On what a dev session made in a cluster that was there before it: the id of the session. */
  devSession: `${group}/dev-session`,
  /** On the operator's Lease: which process of which machine holds it. */
  process: `${group}/process`,
} as const;

/** Server-side apply owners: what the operator writes, what `kubectl clrk` writes. */
export const fieldManagers = { operator: 'clrk-operator', plugin: 'kubectl-clrk' } as const;

/** No Secret of anybody else is called like this. */
export const authoritySecretPrefix = 'clrk-egressgateway-ca-';
/** Secret that holds the CA of an EgressGateway. */
export const authoritySecretName = (gateway: string): string => `${authoritySecretPrefix}${gateway}`;

/** AgentSandboxRevision made for one generation of an agent. */
export const revisionName = (agent: string, generation: number): string => `${agent}-${String(generation).padStart(5, '0')}`;

/** Where the operator stands, for the API server's service proxy. */
export const operatorService = { namespace: 'clrk', name: 'clrk-operator', portName: 'https' } as const;
