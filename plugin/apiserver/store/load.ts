// Reads a store: the older of two snapshots and every journal since, each checked against the next.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DamagedStore, type Fault } from './damage.ts';
import { journalName, listing, snapshotName, type Listing } from './files.ts';
import { decodeBody, decodeOpening, type Opening, type Record } from './record.ts';
import { scan, type Scan } from './scan.ts';

/** Who is told what a store holds, in order. */
export interface Reader {
  /** What follows builds on everything up to this revision. */
  readonly begin: (revision: number) => void;
  readonly state: (record: Record) => void;
  readonly change: (record: Record, bytes: number) => void;
}

export interface Loaded {
  readonly revision: number;
  /** The journal to go on in. With `bytes` 0 it has yet to be begun. */
  readonly journal: { readonly sequence: number; readonly bytes: number; readonly after: number | undefined };
  readonly snapshots: readonly number[];
  /** Bytes behind the last whole record, of a write that was cut off. */
  readonly tornBytes: number;
}

interface File {
  readonly name: string;
  readonly opening: Opening | undefined;
  readonly bytes: number;
  readonly records: number;
  readonly scan: Scan;
}

interface Taking {
  readonly opening?: (opening: Opening) => void;
  readonly record?: (record: Record, bytes: number) => void;
}

/** Hands out what stands before the first gap. */
function readFile(dataDir: string, name: string, taking: Taking, faults: Fault[]): File {
  const bytes = readFileSync(join(dataDir, name));
  let opening: Opening | undefined;
  let next = 0;
  let records = 0;
  const result = scan(bytes, ({ at, end, body }) => {
    if (at !== next) return;
    next = end;
    if (at === 0) {
      opening = decodeOpening(body);
      if (opening) taking.opening?.(opening);
      return;
    }
    records++;
    if (!taking.record) return;
    const record = decodeBody(body);
    if (record) taking.record(record, body.length);
    else faults.push({ file: name, offset: at, why: 'a record is none of a store', lost: 'what it said is lost' });
  });
  return { name, opening, bytes: bytes.length, records, scan: result };
}

function gapFault({ name, scan: { gaps, behind } }: File): Fault {
  const lost = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return { file: name, offset: gaps[0]?.from ?? 0, why: gaps[0]?.why ?? '', lost: `${lost} bytes of it cannot be read, and ${behind} whole records follow them` };
}

/** One pass over the files; `faults` grows with what is wrong. */
class Pass {
  readonly faults: Fault[] = [];
  revision = 0;
  readonly #dataDir: string;
  readonly #reader: Reader;

  constructor(dataDir: string, reader: Reader) {
    this.#dataDir = dataDir;
    this.#reader = reader;
  }

  /** What every file must be: of this number, and going on where the last one ended (which says nothing once something is wrong). */
  #checkOpening({ name, opening }: File, sequence: number, revision: number): void {
    const fault = (why: string, lost: string): void => void this.faults.push({ file: name, offset: 0, why, lost });
    if (!opening) fault('it does not begin as a file of a store', 'nothing says where it belongs');
    else if (opening.sequence !== sequence) fault(`it says that it is number ${opening.sequence}`, 'what belongs in its place is lost');
    else if (this.faults.length === 0 && opening.revision !== revision) fault(`it goes on from revision ${opening.revision}, and the files before it end at ${revision}`, 'what lies between is lost');
  }

  /** Only the first snapshot is taken; a later one says the same as the journals before it, and must be whole for the day when those are gone. */
  snapshot(sequence: number, isFirst: boolean, revision = 0): void {
    const opening = (one: Opening): void => {
      this.revision = one.revision;
      this.#reader.begin(one.revision);
    };
    const file = readFile(this.#dataDir, snapshotName(sequence), isFirst ? { opening, record: this.#reader.state } : {}, this.faults);
    if (file.scan.gaps.length > 0) this.faults.push(gapFault(file));
    else if (file.opening && file.opening.entries !== file.records) {
      this.faults.push({ file: file.name, offset: file.bytes, why: `it holds ${file.records} objects, and should hold ${file.opening.entries ?? 0}`, lost: 'the others are lost' });
    }
    if (file.scan.unbroken > 0 || file.scan.gaps.length === 0) this.#checkOpening(file, sequence, isFirst ? this.revision : revision);
  }

  /** `before`: the journal that this one goes on from. */
  journal(sequence: number, isLast: boolean, before: File | undefined): File {
    let isDisordered = false;
    const name = journalName(sequence);
    const revision = this.revision;
    const record: Reader['change'] = (one, bytes) => {
      if (one.revision <= this.revision && !isDisordered) {
        isDisordered = true;
        this.faults.push({ file: name, why: `revision ${one.revision} follows revision ${this.revision}`, lost: 'the order of changes is lost' });
      }
      this.revision = one.revision;
      this.#reader.change(one, bytes);
    };
    const file = readFile(this.#dataDir, name, { record }, this.faults);
    const { gaps, isTorn, unbroken } = file.scan;
    if (gaps.length > 0 && !(isLast && isTorn)) this.faults.push(gapFault(file));
    const told = file.opening?.after;
    if (before && told !== undefined && told !== before.bytes) {
      this.faults.push({ file: before.name, offset: Math.min(before.bytes, told), why: `it is ${before.bytes} bytes long, and was ${told} when the next journal began`, lost: 'what it held behind that is lost' });
    }
    // Not even the first record is whole: said already, or of no account in the file that was begun last.
    if (unbroken > 0 || (gaps.length === 0 && !isLast)) this.#checkOpening(file, sequence, revision);
    return file;
  }

  missing(sequence: number, count: number): void {
    this.faults.push({ file: journalName(sequence), why: count > 1 ? `it is missing, with ${count - 1} after it` : 'it is missing', lost: 'every change in it is lost' });
  }
}

function readChain(pass: Pass, { snapshots, journals }: Listing): Loaded {
  const first = snapshots.at(-2) ?? snapshots.at(-1) ?? journals[0] ?? 1;
  const chain = journals.filter((n) => n >= first);
  const last = chain.at(-1);
  if (snapshots.length === 0) pass.faults.push({ file: snapshotName(first), why: 'it is missing', lost: 'everything before the journals is lost' });
  else pass.snapshot(first, true);
  let expected = first;
  let before: File | undefined;
  for (const n of chain) {
    if (n !== expected) pass.missing(expected, n - expected);
    const { revision } = pass;
    const file = pass.journal(n, n === last, n === expected ? before : undefined);
    if (n !== first && snapshots.includes(n)) pass.snapshot(n, false, revision);
    if (n === last) {
      const { unbroken } = file.scan;
      return { revision: pass.revision, journal: { sequence: n, bytes: unbroken, after: before?.bytes }, snapshots, tornBytes: file.bytes - unbroken };
    }
    before = file;
    expected = n + 1;
  }
  pass.missing(expected, 1);
  return { revision: pass.revision, journal: { sequence: expected, bytes: 0, after: undefined }, snapshots, tornBytes: 0 };
}

/** A store that never got as far as its first snapshot holds nothing: it is begun again. */
function isNew(dataDir: string, { snapshots, journals }: Listing): boolean {
  if (snapshots.length > 0 || journals.some((n) => n !== 1)) return false;
  if (journals.length === 0) return true;
  const faults: Fault[] = [];
  const { records, scan: { gaps, isTorn } } = readFile(dataDir, journalName(1), {}, faults);
  return records === 0 && faults.length === 0 && (gaps.length === 0 || isTorn);
}

/** Hands out all that a store holds. Undefined: there is none yet. Throws DamagedStore, after the reader was told what could be read. */
export function load(dataDir: string, reader: Reader): Loaded | undefined {
  const files = listing(dataDir);
  if (isNew(dataDir, files)) return undefined;
  const pass = new Pass(dataDir, reader);
  const loaded = readChain(pass, files);
  const newestSnapshot = files.snapshots.at(-1) ?? 0;
  if (newestSnapshot > loaded.journal.sequence) pass.missing(newestSnapshot, 1);
  if (pass.faults.length > 0) throw new DamagedStore(dataDir, pass.faults);
  return loaded;
}
