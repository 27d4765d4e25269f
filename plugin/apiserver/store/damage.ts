// What is wrong with a store, in words: which file, where, what is lost.

/** One place of one file. */
export interface Fault {
  readonly file: string;
  /** Where it begins; absent when the file itself is. */
  readonly offset?: number;
  readonly why: string;
  readonly lost: string;
}

const shownFaults = 3;

const sentence = ({ file, offset, why, lost }: Fault): string => `${file}${offset === undefined ? '' : ` at byte ${offset}`}: ${why}; ${lost}`;

/** The store is not opened: what was acknowledged once is not all there any more. */
export class DamagedStore extends Error {
  readonly faults: readonly Fault[];

  constructor(dataDir: string, faults: readonly Fault[]) {
    const more = faults.length > shownFaults ? `, and ${faults.length - shownFaults} more places` : '';
    super(`the store in ${dataDir} is damaged: ${faults.slice(0, shownFaults).map(sentence).join('; ')}${more}`);
    this.name = 'DamagedStore';
    this.faults = faults;
  }
}

/** What was saved of a damaged store, and what was not. */
export interface Salvaged {
  readonly faults: readonly Fault[];
  /** Folder, inside the store's, with every file as it was. */
  readonly keptAs: string;
  readonly objects: number;
}
