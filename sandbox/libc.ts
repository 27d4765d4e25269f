// The system calls Node has no name for, called in this process and on its main thread through koffi.
import koffi from 'koffi';
import { closeSync, readdirSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';

const libc = koffi.load(null);
const iovec = koffi.struct({ base: 'void *', length: 'size_t' });
const message = koffi.struct({
  name: 'void *',
  nameLength: 'uint32_t',
  parts: koffi.pointer(iovec),
  partCount: 'size_t',
  control: 'void *',
  controlLength: 'size_t',
  flags: 'int',
});
const filterProgram = koffi.struct({ length: 'uint16_t', steps: 'const void *' });
const call = {
  unshare: libc.func('int unshare(int flags)'),
  setns: libc.func('int setns(int fd, int kind)'),
  mount: libc.func('int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options)'),
  umount: libc.func('int umount2(const char *target, int flags)'),
  pivotRoot: libc.func('long syscall(long number, const char *newRoot, const char *putOld)'),
  syscall: libc.func('long syscall(long number, const void *a, const void *b)'),
  sethostname: libc.func('int sethostname(const char *name, size_t length)'),
  waitpid: libc.func('int waitpid(int pid, void *status, int options)'),
  prctl: libc.func('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)'),
  prctlPointer: libc.func('prctl', 'int', ['int', 'unsigned long', koffi.pointer(filterProgram)]),
  signal: libc.func('void *signal(int number, void *action)'),
  fcntl: libc.func('int fcntl(int fd, int command, int value)'),
  pipe: libc.func('int pipe2(void *fds, int flags)'),
  socket: libc.func('int socket(int family, int kind, int protocol)'),
  bind: libc.func('int bind(int fd, const void *address, uint32_t length)'),
  connect: libc.func('int connect(int fd, const void *address, uint32_t length)'),
  listen: libc.func('int listen(int fd, int backlog)'),
  setsockopt: libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  recv: libc.func('long recv(int fd, void *buffer, size_t length, int flags)'),
  sendmsg: libc.func('sendmsg', 'long', ['int', koffi.pointer(message), 'int']),
};

export const clone = { newNetwork: 0x40000000, newMounts: 0x00020000, newPids: 0x20000000 } as const;
export const mountFlag = { readOnly: 1, noSuid: 2, noDevices: 4, noExec: 8, remount: 32, bind: 4096, recursive: 16384, private: 1 << 18 } as const;
export const detach = 2;
export const family = { unix: 1, inet: 2, netlink: 16 } as const;
const closeOnExec = 0o2000000;
const nonBlocking = 0o4000;
export const socketKind = { blockingStream: 1 | closeOnExec, stream: 1 | closeOnExec | nonBlocking, datagram: 2 | closeOnExec | nonBlocking, raw: 3 | closeOnExec } as const;

/** A system call that was refused; `code` is its errno name, as Node's own errors have it. */
export class SystemError extends Error {
  readonly code: string;

  constructor(doing: string, errno: number) {
    const [code, text] = getSystemErrorMap().get(-errno) ?? [`E${errno}`, 'unknown error'];
    super(`${doing}: ${text} (${code})`);
    this.code = code;
  }
}

function checked(result: unknown, doing: string): number {
  const value = Number(result);
  if (value < 0) throw new SystemError(doing, koffi.errno());
  return value;
}

export function unshare(flags: number, doing: string): void {
  checked(call.unshare(flags), doing);
}

/** Moves the calling thread (its children, for a pid namespace); false when the kernel refused. */
export function enter(fd: number, kind: number): boolean {
  return Number(call.setns(fd, kind)) === 0;
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly type?: string;
  readonly flags?: number;
  readonly options?: string;
}

export function mount(what: Mount): void {
  checked(call.mount(what.source, what.target, what.type ?? null, what.flags ?? 0, what.options ?? null), `mounting ${what.target}`);
}

export function unmount(target: string): void {
  checked(call.umount(target, detach), `unmounting ${target}`);
}

/** `number` differs by machine: see syscalls.ts. */
export function pivotRoot(number: number, newRoot: string, putOld: string): void {
  checked(call.pivotRoot(number, newRoot, putOld), `making ${newRoot} the root`);
}

export function rawCall(number: number, a: Buffer, b: Buffer): void {
  checked(call.syscall(number, a, b), `system call ${number}`);
}

export function setHostName(name: string): void {
  checked(call.sethostname(name, Buffer.byteLength(name)), 'setting the host name');
}

export function prctl(option: number, a: number): void {
  checked(call.prctl(option, a, 0, 0, 0), `prctl ${option}`);
}

/** Takes a dead child out of the list of processes; nothing happens where there is none of that number. */
export function bury(pid: number): void {
  const noHang = 1;
  call.waitpid(pid, null, noHang);
}

/** A seccomp filter on this thread, for good; `program` is classic BPF, 8 bytes a step. */
export function installFilter(program: Buffer): void {
  const seccomp = 22;
  const filterMode = 2;
  checked(call.prctlPointer(seccomp, filterMode, { length: program.length / 8, steps: program }), 'installing the system call filter');
}

/** Back to the kernel's own action. */
export function signalDefault(number: number): void {
  call.signal(number, null);
}

/** Both ends close on exec, as every descriptor of Node does; {@link keepOnExec} makes an exception. */
export function pipe(): { readonly read: number; readonly write: number } {
  const ends = Buffer.alloc(8);
  checked(call.pipe(ends, closeOnExec), 'making a pipe');
  return { read: ends.readInt32LE(0), write: ends.readInt32LE(4) };
}

/** Whatever this process inherited beyond stdin, stdout and stderr goes to no process it starts: a descriptor is a way out of a sandbox. */
export function closeInheritedOnExec(): void {
  for (const name of readdirSync('/proc/self/fd')) {
    // Not checked: the descriptor of the listing itself is closed by now.
    if (Number(name) > 2) call.fcntl(Number(name), 2, 1);
  }
}

export function keepOnExec(fd: number): void {
  checked(call.fcntl(fd, 2, 0), 'keeping a descriptor');
}

export function openSocket(of: number, kind: number, protocol = 0): number {
  return checked(call.socket(of, kind, protocol), 'opening a socket');
}

export function setOption(fd: number, level: number, name: number, value: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  checked(call.setsockopt(fd, level, name, bytes, 4), `setting socket option ${level}/${name}`);
}

export function bindTo(fd: number, address: Buffer, doing: string): void {
  checked(call.bind(fd, address, address.length), doing);
}

/** False when nobody answers there. */
export function connectTo(fd: number, address: Buffer): boolean {
  return Number(call.connect(fd, address, address.length)) === 0;
}

/** A send or a connect on this socket waits at most so long. */
export function limitWait(fd: number, seconds: number): void {
  const time = Buffer.alloc(16);
  time.writeBigInt64LE(BigInt(seconds));
  checked(call.setsockopt(fd, 1, 21, time, 16), 'setting a time limit');
}

export function listenOn(fd: number, backlog: number): void {
  checked(call.listen(fd, backlog), 'listening');
}

export function receive(fd: number, most: number): Buffer {
  const buffer = Buffer.alloc(most);
  return buffer.subarray(0, checked(call.recv(fd, buffer, most, 0), 'receiving'));
}

export interface Outgoing {
  /** A socket address; absent on a connected socket. */
  readonly to?: Buffer;
  readonly bytes: Buffer;
  /** Descriptors that travel along (SCM_RIGHTS). */
  readonly fds?: readonly number[];
}

export function send(fd: number, out: Outgoing, doing: string): void {
  const control = out.fds === undefined ? null : rights(out.fds);
  const header = {
    name: out.to ?? null,
    nameLength: out.to?.length ?? 0,
    parts: [{ base: out.bytes, length: out.bytes.length }],
    partCount: 1,
    control,
    controlLength: control?.length ?? 0,
    flags: 0,
  };
  const noSignalNoWait = 0x4000 | 0x40;
  checked(call.sendmsg(fd, header, noSignalNoWait), doing);
}

/** One control message: length (8 bytes), SOL_SOCKET, SCM_RIGHTS, then the descriptors, padded to 8. */
function rights(fds: readonly number[]): Buffer {
  const control = Buffer.alloc(16 + Math.ceil((fds.length * 4) / 8) * 8);
  control.writeBigUInt64LE(BigInt(16 + fds.length * 4), 0);
  control.writeInt32LE(1, 8);
  control.writeInt32LE(1, 12);
  fds.forEach((fd, index) => control.writeInt32LE(fd, 16 + index * 4));
  return control;
}

export function unixAddress(path: string): Buffer {
  const bytes = Buffer.from(path);
  if (bytes.length > 107) throw new Error(`${path} is longer than the 107 bytes a socket's path may have`);
  const address = Buffer.alloc(3 + bytes.length);
  address.writeUInt16LE(family.unix, 0);
  bytes.copy(address, 2);
  return address;
}

export function inetAddress(ip: readonly [number, number, number, number], port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(family.inet, 0);
  address.writeUInt16BE(port, 2);
  Buffer.from(ip).copy(address, 4);
  return address;
}

export function closeAll(fds: readonly number[]): void {
  for (const fd of fds) closeSync(fd);
}
