// Where things lie in a k3s container: the places that k3s itself uses, which others count on, and our own.
export const paths = {
  state: '/var/lib/rancher/k3s',
  etcd: '/var/lib/rancher/k3s/server/db',
  tls: '/var/lib/rancher/k3s/server/tls',
  token: '/var/lib/rancher/k3s/server/token',
  configuration: '/var/lib/rancher/k3s/agent/etc',
  cniConfiguration: '/var/lib/rancher/k3s/agent/etc/cni/net.d',
  containerd: '/var/lib/rancher/k3s/agent/containerd',
  /** Archives that lie here are in the node's store before the first pod starts. */
  images: '/var/lib/rancher/k3s/agent/images',
  containerdSocket: '/run/k3s/containerd/containerd.sock',
  containerdState: '/run/k3s/containerd',
  kubelet: '/var/lib/kubelet',
  programs: '/usr/lib/k3s',
  /** What the node itself needs: the pause image and the name server's. */
  ownImages: '/usr/lib/k3s/images',
  cniPrograms: '/usr/lib/cni',
} as const;

export const pauseImage = 'registry.k8s.io/pause:3.10';
export const dnsImage = 'registry.k8s.io/coredns/coredns:v1.14.3';
