// The seccomp profile of a worker's container, in the form that runc, containerd and the kubelet read from a file.
import { ordinaryCalls, sandboxCalls } from './calls.ts';

export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  readonly errnoRet?: number;
  readonly args?: readonly { readonly index: number; readonly value: number; readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_LT' }[];
}

export interface SeccompProfile {
  readonly defaultAction: 'SCMP_ACT_ERRNO';
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly SeccompRule[];
}

const eperm = 1;
const enosys = 38;

const allow = (names: readonly string[]): SeccompRule => ({ names, action: 'SCMP_ACT_ALLOW' });
const allowFirst = (name: string, value: number, op: 'SCMP_CMP_EQ' | 'SCMP_CMP_LT' = 'SCMP_CMP_EQ'): SeccompRule => ({ names: [name], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value, op }] });

/** Families of sockets but for AF_ALG (38) and AF_VSOCK (40): the one is the kernel's cryptography, the other reaches the host of a virtual machine. */
const sockets: readonly SeccompRule[] = [allowFirst('socket', 38, 'SCMP_CMP_LT'), ...[39, 41, 42, 43, 44, 45].map((family) => allowFirst('socket', family))];

/** Linux, Linux on 32 bits, without randomised addresses, both, and the question which it is. */
const personalities: readonly SeccompRule[] = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff].map((persona) => allowFirst('personality', persona));

/** One profile for both processors that there are images for. */
export const workerProfile = (): SeccompProfile => ({
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: eperm,
  architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  syscalls: [
    allow(ordinaryCalls),
    ...sockets,
    ...personalities,
    allow(sandboxCalls),
    // Its flags lie in memory, where no filter looks: programs take `clone` when it is said not to exist.
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: enosys },
  ],
});

/** As it lies on a node. */
export const workerProfileText = (): string => `${JSON.stringify(workerProfile(), undefined, 1)}\n`;
