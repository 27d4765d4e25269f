// The program that holds a pod's namespaces: waits for ever. So small that it is written here in the processor's own words.

const base = 0x400000n;
const headers = 64 + 56;

/** `pause` for ever, by processor: the call's number into its register, the call, and back. */
const loops: Readonly<Record<string, { readonly machine: number; readonly code: readonly number[] }>> = {
  // mov eax, 34; syscall; jmp -9
  x64: { machine: 62, code: [0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  // mov x0, 0; x1, 0; x2, 0; x3, 0; x8, 73 (ppoll); svc 0; b -24
  arm64: { machine: 183, code: [0x00, 0, 0x80, 0xd2, 0x01, 0, 0x80, 0xd2, 0x02, 0, 0x80, 0xd2, 0x03, 0, 0x80, 0xd2, 0x28, 0x09, 0x80, 0xd2, 0x01, 0, 0, 0xd4, 0xfa, 0xff, 0xff, 0x17] },
};

/** An executable of one loaded segment. */
export function pauseProgram(arch: string = process.arch): Buffer {
  const loop = loops[arch];
  if (!loop) throw new Error(`no pause program for ${arch}`);
  const elf = Buffer.alloc(headers + loop.code.length);
  elf.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  elf.writeUInt16LE(2, 16);
  elf.writeUInt16LE(loop.machine, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(base + BigInt(headers), 24);
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(64, 52);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, 64);
  elf.writeUInt32LE(5, 68);
  elf.writeBigUInt64LE(base, 80);
  elf.writeBigUInt64LE(base, 88);
  elf.writeBigUInt64LE(BigInt(elf.length), 96);
  elf.writeBigUInt64LE(BigInt(elf.length), 104);
  elf.writeBigUInt64LE(0x1000n, 112);
  elf.set(loop.code, headers);
  return elf;
}
