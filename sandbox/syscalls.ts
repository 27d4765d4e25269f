// System call numbers by machine, of the calls that a sandbox is refused.

export interface Machine {
  /** AUDIT_ARCH, which the kernel gives to the filter: a call of another machine's table must not slip through. */
  readonly audit: number;
  /** Numbers from here on belong to another table (x32 on x86-64). */
  readonly foreign?: number;
  readonly refused: readonly number[];
  readonly clone: number;
  readonly clone3: number;
  readonly ioctl: number;
  readonly socket: number;
  readonly socketpair: number;
  readonly pivotRoot: number;
  readonly capset: number;
  readonly ptrace: number;
}

/** The same in every table since 5.0. */
const recent = {
  openTree: 428, moveMount: 429, fsopen: 430, fsconfig: 431, fsmount: 432, fspick: 433, mountSetattr: 442,
  ioUringSetup: 425, ioUringEnter: 426, ioUringRegister: 427, pidfdGetfd: 438,
} as const;

const x64 = {
  keyctl: 250, addKey: 248, requestKey: 249, bpf: 321, perfEventOpen: 298, userfaultfd: 323, mount: 165, umount2: 166, pivotRoot: 155,
  chroot: 161, unshare: 272, setns: 308, openByHandleAt: 304, nameToHandleAt: 303, kexecLoad: 246, kexecFileLoad: 320, initModule: 175,
  finitModule: 313, deleteModule: 176, swapon: 167, swapoff: 168, reboot: 169, syslog: 103, acct: 163, quotactl: 179, processVmReadv: 310,
  processVmWritev: 311, vmsplice: 278, mbind: 237, movePages: 279, migratePages: 256, setMempolicy: 238, iopl: 172, ioperm: 173,
  settimeofday: 164, clockSettime: 227, clockAdjtime: 305, adjtimex: 159, lookupDcookie: 212, vhangup: 153, nfsservctl: 180, uselib: 134,
  fanotifyInit: 300, kcmp: 312, modifyLdt: 154,
} as const;

const arm64 = {
  keyctl: 219, addKey: 217, requestKey: 218, bpf: 280, perfEventOpen: 241, userfaultfd: 282, mount: 40, umount2: 39, pivotRoot: 41,
  chroot: 51, unshare: 97, setns: 268, openByHandleAt: 265, nameToHandleAt: 264, kexecLoad: 104, kexecFileLoad: 294, initModule: 105,
  finitModule: 273, deleteModule: 106, swapon: 224, swapoff: 225, reboot: 142, syslog: 116, acct: 89, quotactl: 60, processVmReadv: 270,
  processVmWritev: 271, vmsplice: 75, mbind: 235, movePages: 239, migratePages: 238, setMempolicy: 237, settimeofday: 170,
  clockSettime: 112, clockAdjtime: 266, adjtimex: 171, lookupDcookie: 18, vhangup: 58, nfsservctl: 42, fanotifyInit: 262, kcmp: 272,
} as const;

const machines: Readonly<Record<string, Machine>> = {
  x64: {
    audit: 0xc000003e, foreign: 0x40000000, refused: [...Object.values(x64), ...Object.values(recent)],
    clone: 56, clone3: 435, ioctl: 16, socket: 41, socketpair: 53, pivotRoot: x64.pivotRoot, capset: 126, ptrace: 101,
  },
  arm64: {
    audit: 0xc00000b7, refused: [...Object.values(arm64), ...Object.values(recent)],
    clone: 220, clone3: 435, ioctl: 29, socket: 198, socketpair: 199, pivotRoot: arm64.pivotRoot, capset: 91, ptrace: 117,
  },
};

export function machine(arch: string): Machine {
  const found = machines[arch];
  if (found === undefined) throw new Error(`no system call table for ${arch}: sandboxes run on x64 and arm64`);
  return found;
}
