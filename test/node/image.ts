// Makes the tests' node image: Debian's containerd, runc and CNI plugins, the real Kubernetes, and a program that plays k3s to start them.
import { buildSync } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripped } from '../../krew/images/elf.ts';
import { archive, image, layer } from '../../krew/images/oci.ts';
import { file, folder, link, program, tree, type Tree } from '../../krew/images/tree.ts';
import { folderOf, found, installed, withLibraries, type Files } from './files.ts';
import { dnsImage, paths, pauseImage } from './k3s/paths.ts';
import { pauseProgram } from './pause.ts';

/** Built by `npm run kubernetes:assets`. */
export interface Built {
  readonly hyperkube: string;
  readonly etcd: string;
  readonly coredns: string;
}

/** Program and its Debian package. */
const packages = { containerd: 'containerd', 'containerd-shim-runc-v2': 'containerd', ctr: 'containerd', runc: 'runc', 'xtables-nft-multi': 'iptables', mount: 'mount', umount: 'mount', sh: 'dash', cat: 'coreutils', ls: 'coreutils', mkdir: 'coreutils', rm: 'coreutils', sleep: 'coreutils', kill: 'procps' } as const;
const iptables = ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'];
const kubernetes = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'];

/** Debian packages that are not installed here. */
export const lacking = (): readonly string[] => [
  ...new Set(Object.entries(packages).filter(([name]) => found(name) === undefined).map(([, one]) => one)), ...(existsSync(`${paths.cniPrograms}/bridge`) ? [] : ['containernetworking-plugins']),
];

const within = (path: string): string => path.slice(1);
const skeleton: Files = [
  ...['bin', 'sbin', 'lib', 'lib64'].map((name) => [name, link(`usr/${name}`)] as const),
  ...['dev', 'proc', 'sys', 'run', 'var/run', 'var/log', 'output', 'etc/rancher', ...[paths.state, paths.kubelet, '/var/lib/cni'].map(within)].map((path) => [path, folder()] as const),
  ['tmp', folder(undefined, 0o1777)],
  ['etc/passwd', file('root:x:0:0:root:/:/bin/sh\n')],
  ['etc/group', file('root:x:0:\n')],
  ['etc/nsswitch.conf', file('passwd: files\ngroup: files\nhosts: files dns\n')],
];

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** An image of one file, as `ctr images import` takes it. */
function single(reference: string, name: string, bytes: Buffer): Buffer {
  const one = layer(tree([[name, program(bytes)]]), (_diffId, pack) => pack());
  const made = image(architecture, [one], { User: '0', Entrypoint: [`/${name}`], Env: [], WorkingDir: '/', ExposedPorts: {}, Labels: {}, StopSignal: 'SIGKILL' }, '2020-01-01T00:00:00Z');
  return archive(made, reference);
}

/** The stand-in for k3s, in one file. */
function k3s(checkout: string): Buffer {
  const { outputFiles } = buildSync({ absWorkingDir: checkout, entryPoints: [join(checkout, 'test/node/k3s/main.ts')], bundle: true, platform: 'node', target: 'node22', format: 'cjs', write: false, logLevel: 'warning' });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}

/** All files of the image. */
export function nodeFiles(built: Built, checkout: string): Tree {
  const home = within(paths.programs);
  return tree([
    ...skeleton,
    ...(Object.keys(packages) as readonly (keyof typeof packages)[]).flatMap((name) => installed(name, name === 'xtables-nft-multi' ? iptables : [])),
    ...folderOf(paths.cniPrograms), ...folderOf(`/usr/lib/${architecture === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/xtables`, '.so'),
    ...withLibraries(`${home}/node`, stripped(readFileSync(process.execPath))),
    [`${home}/k3s.js`, file(k3s(checkout))],
    ['usr/bin/k3s', program(Buffer.from(`#!/bin/sh\nexec ${paths.programs}/node ${paths.programs}/k3s.js "$@"\n`))],
    ['usr/bin/kubectl', link(`../lib/k3s/kubectl`)],
    [`${home}/etcd`, program(readFileSync(built.etcd))],
    [`${home}/hyperkube`, program(readFileSync(built.hyperkube))],
    ...kubernetes.map((name) => [`${home}/${name}`, link('hyperkube')] as const),
    [`${within(paths.ownImages)}/pause.tar`, file(single(pauseImage, 'pause', pauseProgram()))],
    [`${within(paths.ownImages)}/coredns.tar`, file(single(dnsImage, 'coredns', readFileSync(built.coredns)))],
  ]);
}

/** What an engine is told when it imports the files: as in k3s's own image, and where `ctr` finds containerd. */
export const nodeConfiguration: readonly string[] = [
  'ENTRYPOINT ["/bin/k3s"]', 'CMD ["agent"]', 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin', `ENV CONTAINERD_ADDRESS=${paths.containerdSocket}`, 'ENV CONTAINERD_NAMESPACE=k8s.io',
  ...[paths.kubelet, paths.state, '/var/lib/cni', '/var/log'].map((path) => `VOLUME ${path}`),
];
