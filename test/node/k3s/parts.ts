// The command line of each part, from the arguments of the server.
import { join } from 'node:path';
import type { ServerArguments } from './arguments.ts';
import type { ClientName, Credentials } from './certificates.ts';
import type { ConfigurationFiles } from './configuration.ts';
import { paths } from './paths.ts';

export interface Part {
  readonly name: string;
  readonly file: string;
  readonly flags: readonly string[];
}

const etcdUrl = 'http://127.0.0.1:2379';
const peerUrl = 'http://127.0.0.1:2380';

/** A killed container loses nothing that etcd has written; a machine that loses its power may. */
export const etcd: Part = {
  name: 'etcd',
  file: join(paths.programs, 'etcd'),
  flags: [
    `--data-dir=${paths.etcd}`, `--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`, `--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`, `--initial-cluster=default=${peerUrl}`,
    '--log-level=error', '--unsafe-no-fsync',
  ],
};

export const containerd = ({ containerd: configuration }: ConfigurationFiles): Part => ({ name: 'containerd', file: '/usr/bin/containerd', flags: ['--config', configuration, '--log-level', 'warn'] });

const program = (name: string, flags: readonly string[]): Part => ({ name, file: join(paths.programs, name), flags });

export function apiserver(settings: ServerArguments, credentials: Credentials, address: string): Part {
  const own = credentials.pair('apiserver');
  const toKubelet = credentials.pair('apiserver-kubelet');
  const frontProxy = credentials.pair('front-proxy');
  return program('kube-apiserver', [
    `--etcd-servers=${etcdUrl}`, `--bind-address=${settings.bindAddress}`, `--secure-port=${settings.port}`, `--advertise-address=${address}`,
    `--tls-cert-file=${own.certificate}`, `--tls-private-key-file=${own.key}`, `--client-ca-file=${credentials.authority}`, `--kubelet-certificate-authority=${credentials.authority}`,
    `--kubelet-client-certificate=${toKubelet.certificate}`, `--kubelet-client-key=${toKubelet.key}`, '--kubelet-preferred-address-types=InternalIP', '--allow-privileged=true',
    '--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction', `--service-cluster-ip-range=${settings.serviceCidr}`, '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${credentials.serviceAccountPublicKey}`, `--service-account-signing-key-file=${credentials.serviceAccountKey}`,
    `--requestheader-client-ca-file=${credentials.authority}`, '--requestheader-allowed-names=system:auth-proxy', '--requestheader-username-headers=X-Remote-User', '--requestheader-group-headers=X-Remote-Group', '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${frontProxy.certificate}`, `--proxy-client-key-file=${frontProxy.key}`,
    ...settings.extra.apiserver.map((flag) => `--${flag}`),
  ]);
}

const asClient = (credentials: Credentials, name: ClientName): readonly string[] => ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${credentials.kubeconfig(name)}`);

/** What starts when the API server serves. */
export const others = (settings: ServerArguments, credentials: Credentials, files: ConfigurationFiles, address: string): readonly Part[] => [
  program('kube-controller-manager', [
    ...asClient(credentials, 'kube-controller-manager'), '--leader-elect=false', '--use-service-account-credentials=true', `--root-ca-file=${credentials.authority}`, `--service-account-private-key-file=${credentials.serviceAccountKey}`,
  ]),
  program('kube-scheduler', [...asClient(credentials, 'kube-scheduler'), '--leader-elect=false']),
  program('kubelet', [
    `--config=${files.kubelet}`, `--kubeconfig=${credentials.kubeconfig('kubelet')}`, `--root-dir=${paths.kubelet}`, `--hostname-override=${settings.nodeName}`, `--node-ip=${address}`, ...settings.extra.kubelet.map((flag) => `--${flag}`),
  ]),
  program('kube-proxy', [`--config=${files.proxy}`]),
];
