// Readies a container to be a node: cgroups and kernel settings that can be written, shared mounts, a name for the machine.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

const mount = (...words: readonly string[]): void => {
  const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${words.join(' ')}: ${stderr.trim()}`);
};

/** An engine gives a container without full privilege these read-only; whoever has CAP_SYS_ADMIN may turn that. */
function writable(kinds: readonly string[], places: readonly string[]): void {
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, place = '', kind = '', options = ''] = line.split(' ');
    if ((kinds.includes(kind) || places.includes(place)) && options.split(',').includes('ro')) mount('-o', 'remount,rw,bind', place);
  }
}

/** With cgroup v2 a group has either processes or limits for its children: ours move into a group of their own. */
function delegate(): void {
  if (!existsSync('/sys/fs/cgroup/cgroup.controllers')) return;
  mkdirSync('/sys/fs/cgroup/init', { recursive: true });
  for (const pid of readFileSync('/sys/fs/cgroup/cgroup.procs', 'utf8').split('\n').filter(Boolean)) writeFileSync('/sys/fs/cgroup/init/cgroup.procs', pid);
  const controllers = readFileSync('/sys/fs/cgroup/cgroup.controllers', 'utf8').trim().split(' ');
  writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', controllers.map((name) => `+${name}`).join(' '));
}

const settings = {
  '/proc/sys/net/ipv4/ip_forward': '1',
  '/proc/sys/net/bridge/bridge-nf-call-iptables': '1',
};

/** A name server on a loopback address is the engine's own, which no pod reaches. */
function resolvers(file: string): string {
  const own = existsSync('/etc/resolv.conf') ? readFileSync('/etc/resolv.conf', 'utf8') : '';
  const reachable = own.split('\n').filter((line) => line.startsWith('nameserver ') && !/\s(127\.|::1)/.test(line));
  writeFileSync(file, reachable.map((line) => `${line}\n`).join(''));
  return file;
}

/** The first address that others reach us by. */
function ownAddress(): string {
  const found = Object.entries(networkInterfaces()).filter(([name]) => name !== 'cni0').flatMap(([, all]) => all ?? []).find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!found) throw new Error('no IPv4 address other than loopback: a node needs one');
  return found.address;
}

export interface Ground {
  readonly address: string;
  /** What pods with dnsPolicy Default get. */
  readonly resolvConf: string;
  readonly forwards: boolean;
}

/** Throws where the container may not be a node. */
export function readyGround(): Ground {
  mount('--make-rshared', '/');
  writable(['cgroup', 'cgroup2'], ['/sys/fs/cgroup', '/proc/sys']);
  delegate();
  for (const [file, value] of Object.entries(settings)) if (existsSync(file)) writeFileSync(file, value);
  if (!existsSync('/etc/machine-id') || readFileSync('/etc/machine-id', 'utf8').trim() === '') writeFileSync('/etc/machine-id', `${randomBytes(16).toString('hex')}\n`);
  // The kubelet reads there of processes that the kernel killed for want of memory; an engine gives it to privileged containers only.
  if (!existsSync('/dev/kmsg')) symlinkSync('/dev/null', '/dev/kmsg');
  const resolvConf = resolvers('/etc/k3s-resolv.conf');
  return { address: ownAddress(), resolvConf, forwards: readFileSync(resolvConf, 'utf8') !== '' };
}
