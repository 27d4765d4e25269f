// What a person chooses about an installation, and what it is when nobody chooses.
import { imageOf, imageRegistry } from './names.ts';

export interface InstallSettings {
  readonly operatorImage: string;
  /** The operator puts it beside each worker. */
  readonly proxyImage: string;
  /** Of the operator; one of them leads, the others wait. */
  readonly replicas: number;
  /** Name of a Secret in the namespaces of the installation, for a registry that asks who pulls. */
  readonly imagePullSecret: string | undefined;
  /** Whether to lay the seccomp profile on each node. */
  readonly nodeProfile: boolean;
  readonly networkPolicies: boolean;
  /** The kubelet's folder on the nodes, below which it looks for seccomp profiles. */
  readonly kubeletFolder: string;
  /** AppArmor profile of workers, `unconfined` or `localhost/NAME`; undefined leaves it to the nodes, whose own may deny mounts. */
  readonly workerAppArmor: string | undefined;
}

export const installSettings = ({ registry = imageRegistry, ...chosen }: Partial<InstallSettings> & { readonly registry?: string } = {}): InstallSettings => ({
  operatorImage: chosen.operatorImage ?? imageOf('operator', registry),
  proxyImage: chosen.proxyImage ?? imageOf('proxy', registry),
  replicas: chosen.replicas ?? 1,
  imagePullSecret: chosen.imagePullSecret,
  nodeProfile: chosen.nodeProfile ?? true,
  networkPolicies: chosen.networkPolicies ?? true,
  kubeletFolder: chosen.kubeletFolder ?? '/var/lib/kubelet',
  workerAppArmor: chosen.workerAppArmor,
});
