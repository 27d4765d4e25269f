// The system call filter of a sandbox, as the classic BPF program that the kernel takes.
import { machine } from './syscalls.ts';

const load = 0x20;
const ifEqual = 0x15;
const ifAtLeast = 0x35;
const ifAnyBit = 0x45;
const answer = 0x06;
const allow = 0x7fff0000;
const killProcess = 0x80000000;
const refuse = (errno: number): number => 0x50000 | errno;
const errno = { permission: 1, noSuchCall: 38, noSuchFamily: 97 } as const;

/** Offsets into seccomp_data; arguments are 8 bytes each and only their lower half matters here. */
const at = { number: 0, machine: 4, argument: (index: number): number => 16 + index * 8 } as const;

/** Every CLONE_NEW* flag. */
const newNamespaces = 0x7e020080;
const family = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
const tracing = { attach: 16, seize: 0x4206 } as const;
const terminalInput = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c } as const;

/** One instruction: when its test holds, `yes` instructions are skipped, else `no`. */
type Step = readonly [code: number, yes: number, no: number, value: number];

const read = (offset: number): Step => [load, 0, 0, offset];
const end = (value: number): Step => [answer, 0, 0, value];

/**
 * Allows what is not named: an agent runs any program. Refused are new namespaces and mounts, kernel interfaces that served escapes
 * (io_uring, bpf, userfaultfd, keys, modules), typing into a terminal, and every socket family but UNIX, IP and routing queries:
 * AF_VSOCK belongs to no namespace and would reach the hypervisor.
 */
export function filter(arch: string): Buffer {
  const of = machine(arch);
  const foreign: Step[] = of.foreign === undefined ? [] : [[ifAtLeast, 0, 1, of.foreign], end(refuse(errno.noSuchCall))];
  return assemble([
    read(at.machine),
    [ifEqual, 1, 0, of.audit],
    end(killProcess),
    read(at.number),
    ...foreign,
    ...of.refused.flatMap((number): Step[] => [[ifEqual, 0, 1, number], end(refuse(errno.permission))]),
    // Its flags are behind a pointer, where a filter cannot look; told that it does not exist, the C library takes clone.
    ...onCall(of.clone3, [end(refuse(errno.noSuchCall))]),
    ...onCall(of.clone, [read(at.argument(0)), [ifAnyBit, 0, 1, newNamespaces], end(refuse(errno.permission))]),
    ...onCall(of.ioctl, [
      read(at.argument(1)),
      [ifEqual, 1, 0, terminalInput.TIOCSTI],
      [ifEqual, 0, 1, terminalInput.TIOCLINUX],
      end(refuse(errno.permission)),
    ]),
    // The first process of a sandbox is what tells its end: held by a tracer that is gone, it never would.
    ...onCall(of.ptrace, [
      read(at.argument(1)),
      [ifEqual, 0, 4, 1],
      read(at.argument(0)),
      [ifEqual, 1, 0, tracing.attach],
      [ifEqual, 0, 1, tracing.seize],
      end(refuse(errno.permission)),
    ]),
    ...onCall(of.socket, families()),
    ...onCall(of.socketpair, families()),
    end(allow),
  ]);
}

function families(): readonly Step[] {
  return [
    read(at.argument(0)),
    [ifEqual, 6, 0, family.unix],
    [ifEqual, 5, 0, family.inet],
    [ifEqual, 4, 0, family.inet6],
    [ifEqual, 0, 2, family.netlink],
    // NETLINK_ROUTE lists interfaces, which getaddrinfo needs; the others reach netfilter, audit and the like.
    read(at.argument(2)),
    [ifEqual, 1, 0, 0],
    end(refuse(errno.noSuchFamily)),
  ];
}

/** Runs `steps` for one call; they leave by an answer or fall through to "allow". */
function onCall(number: number, steps: readonly Step[]): readonly Step[] {
  return [[ifEqual, 0, steps.length + 1, number], ...steps, end(allow)];
}

function assemble(steps: readonly Step[]): Buffer {
  const program = Buffer.alloc(steps.length * 8);
  steps.forEach(([code, yes, no, value], index) => {
    program.writeUInt16LE(code, index * 8);
    program.writeUInt8(yes, index * 8 + 2);
    program.writeUInt8(no, index * 8 + 3);
    program.writeUInt32LE(value >>> 0, index * 8 + 4);
  });
  return program;
}
