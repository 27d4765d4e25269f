// Builds the file system of the plain runtime and makes it the root: read-only, with its own /proc, /dev, /tmp and /run.
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mount, mountFlag, pivotRoot, unmount } from './libc.ts';
import { temporaryBytes, temporaryFiles, type Launch } from './runtime.ts';
import { machine } from './syscalls.ts';

const { bind, recursive, remount, readOnly, noSuid, noDevices, noExec } = mountFlag;
/** Mount options that the kernel does not let go of in a user namespace: a remount must repeat them. */
const kept: Readonly<Record<string, number>> = { nosuid: noSuid, nodev: noDevices, noexec: noExec, noatime: 1024, nodiratime: 2048, relatime: 1 << 21 };
const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/** `point` is an empty folder of this sandbox. */
export function buildTree(launch: Launch, point: string): void {
  mount({ source: launch.root, target: point, flags: bind | recursive });
  for (const { source, target } of launch.binds) mount({ source, target: inside(point, target), flags: bind | recursive });
  makeReadOnly(point);
  for (const name of ['/tmp', '/run']) {
    mount({ source: 'clrk', target: inside(point, name), type: 'tmpfs', flags: noSuid | noDevices, options: `mode=${name === '/tmp' ? '1777' : '0755'},size=${temporaryBytes},nr_inodes=${temporaryFiles}` });
  }
  makeDevices(inside(point, '/dev'));
  const proc = inside(point, '/proc');
  mount({ source: 'proc', target: proc, type: 'proc', flags: noSuid | noDevices | noExec });
  for (const name of ['sys', 'irq', 'bus', 'sysrq-trigger'].map((n) => join(proc, n)).filter((n) => existsSync(n))) {
    mount({ source: name, target: name, flags: bind | recursive });
    makeReadOnly(name);
  }
  process.chdir(point);
  pivotRoot(machine(process.arch).pivotRoot, '.', '.');
  unmount('.');
  process.chdir('/');
}

/** A link in an image must not lead a mount out of it. */
function inside(point: string, target: string): string {
  const path = join(point, target);
  if (realpathSync(path) !== path) throw new Error(`${target} of the image is a link or lies behind one: nothing can be mounted there`);
  return path;
}

function makeReadOnly(point: string): void {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' '));
  for (const [, , , , escaped = '', options = ''] of mounts) {
    const at = escaped.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    if (at !== point && !at.startsWith(`${point}/`)) continue;
    const flags = options.split(',').reduce((sum, name) => sum | (kept[name] ?? 0), remount | bind | readOnly | noSuid | noDevices);
    mount({ source: 'none', target: at, flags });
  }
}

function makeDevices(dev: string): void {
  mount({ source: 'clrk', target: dev, type: 'tmpfs', flags: noSuid | noExec, options: 'mode=0755,size=65536' });
  for (const name of devices) {
    writeFileSync(join(dev, name), '');
    mount({ source: `/dev/${name}`, target: join(dev, name), flags: bind });
  }
  const links: readonly (readonly [string, string])[] = [['fd', '/proc/self/fd'], ['stdin', '/proc/self/fd/0'], ['stdout', '/proc/self/fd/1'], ['stderr', '/proc/self/fd/2']];
  for (const [name, target] of links) symlinkSync(target, join(dev, name));
  mkdirSync(join(dev, 'shm'), { mode: 0o1777 });
  mount({ source: 'clrk', target: join(dev, 'shm'), type: 'tmpfs', flags: noSuid | noDevices, options: `mode=1777,size=${temporaryBytes},nr_inodes=${temporaryFiles}` });
  mount({ source: 'none', target: dev, flags: remount | bind | readOnly | noSuid | noExec });
}
