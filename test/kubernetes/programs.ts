// The programs of a real control plane: which Go package makes each, and the variable that names one that is already there.

/** The version that the embedded API server is held against. go.mod pins the same one. */
export const kubernetesVersion = 'v1.35.4';

export type ProgramName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kubectl';

interface Source {
  readonly goPackage: string;
  /** The convention of envtest: https://book.kubebuilder.io/reference/envtest */
  readonly variable: string;
}

export const programs: { readonly [name in ProgramName]: Source } = {
  etcd: { goPackage: 'go.etcd.io/etcd/server/v3', variable: 'TEST_ASSET_ETCD' },
  'kube-apiserver': { goPackage: 'k8s.io/kubernetes/cmd/kube-apiserver', variable: 'TEST_ASSET_KUBE_APISERVER' },
  'kube-controller-manager': { goPackage: 'k8s.io/kubernetes/cmd/kube-controller-manager', variable: 'TEST_ASSET_KUBE_CONTROLLER_MANAGER' },
  kubectl: { goPackage: 'k8s.io/kubernetes/cmd/kubectl', variable: 'TEST_ASSET_KUBECTL' },
};

export const programNames = Object.keys(programs) as readonly ProgramName[];
