// What a session has created in a cluster that was there before it: on disk before each creation, so that a killed session can be undone.
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { annotations } from '../../../operator/api/group.ts';
import type { KubeObject, Resource } from '../../../operator/kube/kube.ts';
import { UserError } from '../../exit.ts';
import { stateSubfolder } from '../state-folder.ts';

/** One object that was, or was about to be, created. */
export interface Entry {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly name: string;
  /** Absent: it was about to be created; whether it was is told by its annotation. */
  readonly uid?: string;
  /** Of the session that made it. */
  readonly session: string;
}

interface Page {
  readonly server: string;
  /** Uid of its namespace kube-system, by which a cluster is known: behind one address (a tunnel, a cluster made anew) may be another one. */
  readonly cluster: string;
  /** With which a session uses this cluster. */
  readonly flags: string;
  readonly entries: readonly Entry[];
}

/** Whether an object is the one that an entry means. */
export const isOf = ({ uid, session }: Entry, { metadata }: KubeObject): boolean => (uid === undefined ? metadata.annotations?.[annotations.devSession] === session : metadata.uid === uid);

const folderName = 'clusters';
export const keyOf = ({ resource, namespace, name }: Pick<Entry, 'resource' | 'namespace' | 'name'>): string => `${resource.group}/${resource.plural}/${namespace ?? ''}/${name}`;
const fileName = (server: string, cluster: string): string => `${createHash('sha256').update(`${server}\n${cluster}`).digest('hex').slice(0, 16)}.json`;

function isEntry(value: unknown): value is Entry {
  const { resource, name, session, namespace, uid } = (value ?? {}) as { readonly [field in keyof Entry]?: unknown };
  const { group, version, plural, kind, namespaced } = (resource ?? {}) as { readonly [field in keyof Resource]?: unknown };
  return [group, version, plural, kind, name, session].every((field) => typeof field === 'string') && typeof namespaced === 'boolean' && [namespace, uid].every((field) => field === undefined || typeof field === 'string');
}

function readPage(file: string): Page | undefined {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const broken = (): UserError => new UserError(`${file}, which says what an earlier session created in a cluster, cannot be read`, [`look for objects with the annotation ${annotations.devSession} in that cluster, then remove the file`]);
  let page: Partial<Page> | null;
  try {
    page = JSON.parse(content) as Partial<Page> | null;
  } catch {
    throw broken();
  }
  if (typeof page?.server !== 'string' || typeof page.cluster !== 'string' || typeof page.flags !== 'string' || !Array.isArray(page.entries) || !page.entries.every(isEntry)) throw broken();
  return { server: page.server, cluster: page.cluster, flags: page.flags, entries: page.entries };
}

export class Ledger {
  /** Of this run. */
  readonly session = randomBytes(8).toString('hex');
  readonly #file: string;
  readonly #about: Omit<Page, 'entries'>;
  readonly #entries: Map<string, Entry>;

  /** Opens what is known of a cluster. Call it with the lock of the state folder held. */
  constructor(stateDir: string, about: Omit<Page, 'entries'>) {
    this.#file = join(stateSubfolder(stateDir, folderName), fileName(about.server, about.cluster));
    this.#about = about;
    this.#entries = new Map((readPage(this.#file)?.entries ?? []).map((entry) => [keyOf(entry), entry]));
  }

  /** In the order of their creation. */
  get entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  /** Before the creation. */
  intend(entry: Omit<Entry, 'uid' | 'session'>): void {
    this.#put({ ...entry, session: this.session });
  }

  /** After it. */
  confirm(entry: Omit<Entry, 'uid' | 'session'>, uid: string): void {
    this.#put({ ...entry, uid, session: this.#entries.get(keyOf(entry))?.session ?? this.session });
  }

  #put(entry: Entry): void {
    this.#entries.set(keyOf(entry), entry);
    this.#save();
  }

  /** It was not created after all, is gone, or is no longer ours to remove. */
  forget(entry: Pick<Entry, 'resource' | 'namespace' | 'name'>): void {
    if (this.#entries.delete(keyOf(entry))) this.#save();
  }

  forgetAll(): void {
    this.#entries.clear();
    this.#save();
  }

  #save(): void {
    if (this.#entries.size === 0) return rmSync(this.#file, { force: true });
    const page: Page = { ...this.#about, entries: this.entries };
    const draft = `${this.#file}.draft`;
    const file = openSync(draft, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(page, undefined, 1)}\n`);
      // On the disk before the creation: what is created and not in here is never taken down.
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, this.#file);
  }
}

export type Left = Omit<Page, 'entries'> & { readonly count: number };

/** Every cluster in which something of a session that was killed is left. */
export function leftBehind(stateDir: string): readonly Left[] {
  const folder = join(stateDir, folderName);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    if (!name.endsWith('.json')) return [];
    try {
      const page = readPage(join(folder, name));
      return page ? [{ server: page.server, cluster: page.cluster, flags: page.flags, count: page.entries.length }] : [];
    } catch {
      // Told when a session is about to use that cluster.
      return [];
    }
  });
}
