// The container that k3s runs in, in the engine's own form: pure, from names and settings.
import { createHash } from 'node:crypto';
import { apiPort, commonLabels, hostInside, kubeconfigInside, kubeletInside, marks, serverLabels, stateInside, type K3sNames, type LabelFacts, type Owner } from './names.ts';

/** What the engine lets the container do: all, as k3d asks for it, or these capabilities by name where it refuses. */
export type Grants = 'privileged' | readonly string[];

export interface NodeSettings extends LabelFacts {
  readonly names: K3sNames;
  readonly owner: Owner;
  readonly image: string;
}

const serverArguments = (names: K3sNames): readonly string[] => [
  'server',
  ...['traefik', 'servicelb', 'metrics-server'].flatMap((part) => ['--disable', part]),
  ...['localhost', '127.0.0.1', names.container].flatMap((name) => ['--tls-san', name]),
];

/** What a container without `Privileged` lacks besides capabilities. */
const opened = {
  SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined', 'label=disable'],
  MaskedPaths: [],
  ReadonlyPaths: [],
  DeviceCgroupRules: ['a *:* rwm'],
} as const;
const devices = ['/dev/kmsg', '/dev/net/tun', '/dev/fuse'];

/** `named` leaves out devices that the machine does not have: the engine would refuse them. */
function grantsOf(grants: Grants, hasDevice: (path: string) => boolean): object {
  if (grants === 'privileged') return { Privileged: true, UsernsMode: 'host' };
  return { ...opened, CapAdd: [...grants], UsernsMode: 'host', Devices: devices.filter(hasDevice).map((path) => ({ PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rwm' })) };
}

const binds = (names: K3sNames): readonly string[] => [`${names.stateVolume}:${stateInside}`, `${names.kubeletVolume}:${kubeletInside}`];

/** Everything by which one configuration differs from another; what is found anew each time (port, network, token) is no part of it. */
export function configurationHash(names: K3sNames, image: string): string {
  const parts = [image, ...serverArguments(names), ...binds(names), kubeconfigInside];
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12);
}

/**
 * The token is where k3d puts it, and `k3d node create` looks for it: whoever may ask the engine about containers may as well
 * run programs in this one.
 */
export function nodeContainer(settings: NodeSettings, grants: Grants, hasDevice: (path: string) => boolean): object {
  const { names, owner, image, token, port } = settings;
  const exposed = `${apiPort}/tcp`;
  return {
    Hostname: names.container,
    Image: image,
    Cmd: serverArguments(names),
    Env: [`K3S_TOKEN=${token}`, `K3S_KUBECONFIG_OUTPUT=${kubeconfigInside}`],
    Labels: { ...commonLabels(names, owner), ...serverLabels(names, settings), [marks.configuration]: configurationHash(names, image) },
    ExposedPorts: { [exposed]: {} },
    StopSignal: 'SIGTERM',
    HostConfig: {
      Init: true,
      NetworkMode: names.network,
      // The session starts and stops it: after a restart of the machine nothing runs that nobody asked for.
      RestartPolicy: { Name: 'no' },
      Tmpfs: { '/run': '', '/var/run': '' },
      Binds: binds(names),
      PortBindings: { [exposed]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
      ExtraHosts: [`${hostInside}:host-gateway`],
      ...grantsOf(grants, hasDevice),
    },
    NetworkingConfig: { EndpointsConfig: { [names.network]: { Aliases: [names.container] } } },
  };
}
