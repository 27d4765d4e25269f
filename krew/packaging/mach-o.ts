// Reads what a signature needs to know of a macOS executable: its load commands, its segments, and where a signature lies.
export const loadCommand = { segment: 0x19, signature: 0x1d } as const;
export const headerSize = 32;

export interface Segment {
  /** Offset of its load command. */
  readonly at: number;
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export interface MachO {
  readonly isArm: boolean;
  readonly commandCount: number;
  readonly commandBytes: number;
  readonly segments: readonly Segment[];
  /** Offset of its load command, and what that says. */
  readonly signature?: { readonly at: number; readonly offset: number; readonly size: number };
}

export function readMachO(bytes: Buffer): MachO {
  if (bytes.length < headerSize || bytes.readUInt32LE(0) !== 0xfeedfacf) throw new Error('this is no 64-bit executable of macOS for one machine');
  const [commandCount, commandBytes] = [bytes.readUInt32LE(16), bytes.readUInt32LE(20)];
  const segments: Segment[] = [];
  let signature: MachO['signature'];
  for (let at = headerSize, count = 0; count < commandCount; count++) {
    const [command, size] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    if (size < 8 || at + size > headerSize + commandBytes) throw new Error('a load command reaches beyond the others');
    if (command === loadCommand.segment) {
      const name = bytes.toString('latin1', at + 8, at + 24).replace(/\0.*$/s, '');
      segments.push({ at, name, offset: Number(bytes.readBigUInt64LE(at + 40)), size: Number(bytes.readBigUInt64LE(at + 48)) });
    }
    if (command === loadCommand.signature) signature = { at, offset: bytes.readUInt32LE(at + 8), size: bytes.readUInt32LE(at + 12) };
    at += size;
  }
  return { isArm: bytes.readUInt32LE(4) === 0x0100000c, commandCount, commandBytes, segments, ...(signature === undefined ? {} : { signature }) };
}

export function segment({ segments }: MachO, name: string): Segment {
  const found = segments.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the executable has no segment ${name}`);
  return found;
}

/** Where the first section begins: load commands may grow up to here. */
export function firstSection(bytes: Buffer, { at }: Segment): number {
  const sections = bytes.readUInt32LE(at + 64);
  const offsets = Array.from({ length: sections }, (_, index) => bytes.readUInt32LE(at + 72 + 80 * index + 48));
  return Math.min(...offsets.filter((offset) => offset > 0));
}
