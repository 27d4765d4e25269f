// The programs that tests build with Go: which package of which module makes each, and the variable that names one that is already there.

/** Folders below test/, each with a go.mod that pins what it builds. */
export const modules = {
  /** The version that the embedded API server is held against. */
  kubernetes: 'v1.35.4',
  krew: 'v0.4.4',
  /** Of the same version as the control plane. */
  'node/hyperkube': 'v1.35.4',
  'node/coredns': 'v1.14.3',
} as const;
export type ModuleName = keyof typeof modules;

export const kubernetesVersion = modules.kubernetes;

export type ControlPlaneName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kubectl';
export type ProgramName = ControlPlaneName | 'krew' | 'validate-krew-manifest' | 'hyperkube' | 'coredns';

interface Source {
  readonly module: ModuleName;
  readonly goPackage: string;
  /** The convention of envtest: https://book.kubebuilder.io/reference/envtest */
  readonly variable: string;
}

export const programs: { readonly [name in ProgramName]: Source } = {
  etcd: { module: 'kubernetes', goPackage: 'go.etcd.io/etcd/server/v3', variable: 'TEST_ASSET_ETCD' },
  'kube-apiserver': { module: 'kubernetes', goPackage: 'k8s.io/kubernetes/cmd/kube-apiserver', variable: 'TEST_ASSET_KUBE_APISERVER' },
  'kube-controller-manager': { module: 'kubernetes', goPackage: 'k8s.io/kubernetes/cmd/kube-controller-manager', variable: 'TEST_ASSET_KUBE_CONTROLLER_MANAGER' },
  kubectl: { module: 'kubernetes', goPackage: 'k8s.io/kubernetes/cmd/kubectl', variable: 'TEST_ASSET_KUBECTL' },
  krew: { module: 'krew', goPackage: 'sigs.k8s.io/krew/cmd/krew', variable: 'TEST_ASSET_KREW' },
  'validate-krew-manifest': { module: 'krew', goPackage: 'sigs.k8s.io/krew/cmd/validate-krew-manifest', variable: 'TEST_ASSET_VALIDATE_KREW_MANIFEST' },
  hyperkube: { module: 'node/hyperkube', goPackage: '.', variable: 'TEST_ASSET_HYPERKUBE' },
  coredns: { module: 'node/coredns', goPackage: '.', variable: 'TEST_ASSET_COREDNS' },
};

export const programNames = Object.keys(programs) as readonly ProgramName[];
/** What a real control plane is made of. */
export const controlPlaneNames: readonly ControlPlaneName[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'];
