// The configuration files of containerd, kubelet and kube-proxy, for a node that runs in a container without all of root's capabilities.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerArguments } from './arguments.ts';
import type { Credentials } from './certificates.ts';
import { paths, pauseImage } from './paths.ts';

// Without CAP_SYS_RESOURCE nobody lowers an oom_score_adj, hence restrict_oom_score_adj.
const containerd = `version = 2
root = "${paths.containerd}"
state = "${paths.containerdState}"

[grpc]
  address = "${paths.containerdSocket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"

[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${paths.cniPrograms}"
  conf_dir = "${paths.cniConfiguration}"
`;

/** One node, so its pods get the whole range. */
const network = (podCidr: string): object => ({
  cniVersion: '1.0.0',
  name: 'cbr0',
  plugins: [
    { type: 'bridge', bridge: 'cni0', isDefaultGateway: true, ipMasq: true, hairpinMode: true, ipam: { type: 'host-local', ranges: [[{ subnet: podCidr.replace(/\/\d+$/, '/24') }]] } },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});

const kubelet = (settings: ServerArguments, credentials: Credentials, resolvConf: string): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: credentials.authority } },
  authorization: { mode: 'Webhook' },
  tlsCertFile: credentials.pair('kubelet-server').certificate,
  tlsPrivateKeyFile: credentials.pair('kubelet-server').key,
  containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
  cgroupDriver: 'cgroupfs',
  failCgroupV1: false,
  failSwapOn: false,
  // Lets it go on where it may not write an oom_score_adj or a sysctl.
  featureGates: { KubeletInUserNamespace: true },
  oomScoreAdj: 0,
  clusterDNS: [settings.clusterDns],
  clusterDomain: 'cluster.local',
  resolvConf,
  // The disk is the machine's own: how full it is says nothing of this node.
  evictionHard: { 'imagefs.available': '0%', 'nodefs.available': '0%', 'nodefs.inodesFree': '0%' },
  imageGCHighThresholdPercent: 100,
  volumePluginDir: join(paths.kubelet, 'volumeplugins'),
});

const proxy = (settings: ServerArguments, credentials: Credentials): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  clientConnection: { kubeconfig: credentials.kubeconfig('kube-proxy') },
  mode: 'iptables',
  clusterCIDR: settings.podCidr,
  hostnameOverride: settings.nodeName,
  oomScoreAdj: 0,
  // Zero: the machine's own limits stay as they are.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
});

export interface ConfigurationFiles {
  readonly containerd: string;
  readonly kubelet: string;
  readonly proxy: string;
}

/** Writes them; JSON is YAML. */
export function writeConfiguration(settings: ServerArguments, credentials: Credentials, resolvConf: string): ConfigurationFiles {
  mkdirSync(paths.cniConfiguration, { recursive: true });
  const write = (name: string, content: string | object): string => {
    const file = join(paths.configuration, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    return file;
  };
  write('cni/net.d/10-bridge.conflist', network(settings.podCidr));
  return { containerd: write('containerd.toml', containerd), kubelet: write('kubelet.json', kubelet(settings, credentials, resolvConf)), proxy: write('kube-proxy.json', proxy(settings, credentials)) };
}
