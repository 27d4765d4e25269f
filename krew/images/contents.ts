// What each image holds: its process, its user, its folders, the programs that it starts, and the Debian packages they come from.
import { podPaths, ports, users, type ImageName } from '../../operator/install/names.ts';
import { group } from '../../operator/api/group.ts';

export interface Contents {
  readonly title: string;
  readonly description: string;
  /** Bundles of dist/: the process itself, and with `*` what it was split into. */
  readonly bundles: readonly string[];
  readonly process: string;
  readonly user: number;
  readonly group: number;
  /** Where the pod mounts what the process may write; nothing else is writable. */
  readonly folders: readonly string[];
  /** Where a program mounts something for itself alone; nobody can write there. */
  readonly mountPoints: readonly string[];
  readonly ports: readonly number[];
  /** Path of each program besides Node, and the package that brings it. */
  readonly programs: Readonly<Record<string, string>>;
}

/** For Node itself; the rest is for the worker's programs. A package whose libraries nothing asks for leaves nothing in an image. */
export const packages = [
  'base-files', 'gcc-14-base', 'libc6', 'libgcc-s1', 'libstdc++6',
  'bubblewrap', 'coreutils', 'dash', 'nftables', 'runsc', 'util-linux',
  'libbsd0', 'libcap2', 'libedit2', 'libgmp10', 'libjansson4', 'libmd0', 'libmnl0', 'libnftables1', 'libnftnl11', 'libpcre2-8-0', 'libselinux1', 'libsmartcols1', 'libtinfo6', 'libxtables12',
] as const;

export const contents: Readonly<Record<ImageName, Contents>> = {
  operator: {
    title: 'CLRK operator',
    description: 'Turns agents, gateways and policies in a cluster into work for sandboxes and rules for egress proxies',
    // What lays the seccomp profile on the nodes runs from this image too.
    bundles: ['operator.js', 'operator-*.js', 'node-profile.js'],
    process: 'operator.js',
    user: users.operator,
    group: users.operator,
    folders: [],
    mountPoints: [],
    ports: [ports.door, ports.reader, ports.operatorProbe],
    programs: {},
  },
  proxy: {
    title: 'CLRK egress proxy',
    description: 'Applies policy to every byte that an agent sends out, and puts the credentials in',
    bundles: ['proxy.js'],
    process: 'proxy.js',
    user: users.proxy,
    group: users.group,
    folders: [podPaths.sockets],
    mountPoints: [],
    ports: [ports.proxyProbe],
    programs: {},
  },
  sandbox: {
    title: 'CLRK worker',
    description: 'Runs agents in sandboxes without any privilege: gVisor, bubblewrap or plain namespaces',
    bundles: ['worker.js'],
    process: 'worker.js',
    user: users.worker,
    group: users.group,
    folders: [podPaths.sockets, podPaths.workerState, podPaths.workerRun],
    // runsc and bwrap build their trees there, in a mount namespace of their own.
    mountPoints: ['/tmp'],
    ports: [ports.workerProbe],
    programs: {
      'usr/bin/runsc': 'runsc',
      'usr/bin/bwrap': 'bubblewrap',
      'usr/sbin/nft': 'nftables',
      'usr/bin/unshare': 'util-linux',
      'usr/bin/nsenter': 'util-linux',
      'usr/bin/prlimit': 'util-linux',
      // For the script that joins control groups, for the first process of the sandboxes, and for the probe of a runtime.
      'usr/bin/sh': 'dash',
      'usr/bin/env': 'coreutils',
      'usr/bin/cat': 'coreutils',
      'usr/bin/true': 'coreutils',
    },
  },
};

/** Where an image keeps what it is made of; a label of the same meaning names it. */
export const sbomPath = 'clrk/sbom.cdx.json';
export const sbomLabel = `${group}/sbom`;
