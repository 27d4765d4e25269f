// Namespaces as one thread sees them: leaving the host's for good, making a sandbox's network, and acting inside it.
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { clone, enter, unshare } from './libc.ts';

// A shell's own trap does not last over exec for this signal; where env is too old for the flag, the dead wait for the worker's end.
const firstProcess = 'if env --ignore-signal=CHLD true 2>/dev/null; then exec env --ignore-signal=CHLD cat; fi; exec cat';

// Of a thread, and not of the process: the main thread stays where it was.
const ownNetwork = '/proc/thread-self/ns/net';

/**
 * Takes the calling thread out of the host's network into an empty one, from which it visits those of the sandboxes. There is no way back:
 * the kernel lets nobody into the host's network who is root in a user namespace only. Returns the empty network.
 */
export function leaveHostNetwork(): number {
  unshare(clone.newNetwork, 'leaving the network of the host');
  return openSync(ownNetwork, 'r');
}

/**
 * Runs `act`, which must be synchronous, with this thread inside the network: sockets opened and processes started there belong to it.
 * Staying in a sandbox's network would mix two of them, so a refused way home ends the process.
 */
export function inNetwork<T>(fd: number, home: number, act: () => T): T {
  if (!enter(fd, clone.newNetwork)) throw new Error('the network of a sandbox cannot be entered');
  try {
    return act();
  } finally {
    if (!enter(home, clone.newNetwork)) process.abort();
  }
}

/** A new network namespace, prepared by `prepare` from within; the descriptor keeps it alive. */
export function newNetworkNamespace(home: number, prepare: () => void): number {
  unshare(clone.newNetwork, 'making the network of a sandbox');
  try {
    prepare();
    closeIpv6();
    return openSync(ownNetwork, 'r');
  } finally {
    if (!enter(home, clone.newNetwork)) process.abort();
  }
}

/** Without this ::1 would remain, and nothing else: no other IPv6 address has a route. Where /proc is read-only it stays so. */
function closeIpv6(): void {
  try {
    writeFileSync('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1');
  } catch {
    // No IPv6 in the kernel, or a masked /proc: a connection has nowhere to go either way.
  }
}

/**
 * From here on every process this thread starts lives in one process namespace, which the kernel kills whole when its first process ends.
 * That one waits for the end of a pipe that only this process holds, so that even a killed worker takes every sandbox with it. It ignores
 * the death of children, which makes the kernel bury orphans. This thread can make no other thread any more (the kernel's rule).
 */
export function startProcessTree(ended: () => void): void {
  unshare(clone.newPids, 'making the process tree of the sandboxes');
  const first = spawn('/bin/sh', ['-c', firstProcess], { stdio: ['pipe', 'ignore', 'ignore'], env: { PATH: '/usr/bin:/bin' }, cwd: '/' });
  first.once('exit', ended);
  first.once('error', ended);
}

export function closeNamespace(fd: number): void {
  closeSync(fd);
}
