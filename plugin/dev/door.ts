// `door.json`: how readers on this machine reach the operator of a session whose cluster cannot reach this machine.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startedAt } from './process-identity.ts';
import { writeStateFile } from './state-folder.ts';

/** Holds no secret, only where they are: what they open is for the owner of the state folder. */
export interface ReaderDoor {
  readonly context: string;
  /** Of the API server. */
  readonly server: string;
  /** Of the certificate authority that the kubeconfig names; empty for none. */
  readonly authority: string;
  /** The session's private copy of the context. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:PORT`. */
  readonly operator: string;
  readonly authorityFile: string;
  readonly tokenFile: string;
  readonly pid: number;
  /** Tells the process from a later one with its number. */
  readonly started: string;
}

const path = (stateDir: string): string => join(stateDir, 'door.json');
const fields = ['context', 'server', 'authority', 'kubeconfig', 'operator', 'authorityFile', 'tokenFile', 'started'] as const;

export function writeDoor(stateDir: string, door: Omit<ReaderDoor, 'pid' | 'started'>): void {
  writeStateFile(path(stateDir), `${JSON.stringify({ ...door, pid: process.pid, started: startedAt(process.pid) ?? '' }, undefined, 2)}\n`, 0o600);
}

export function removeDoor(stateDir: string): void {
  rmSync(path(stateDir), { force: true });
}

/** The door of the session that runs; undefined when none does, or it runs its own cluster. */
export function openDoor(stateDir: string): ReaderDoor | undefined {
  try {
    const door = JSON.parse(readFileSync(path(stateDir), 'utf8')) as Partial<ReaderDoor> | null;
    if (!door || typeof door.pid !== 'number' || !fields.every((field) => typeof door[field] === 'string')) return undefined;
    return startedAt(door.pid) === door.started ? (door as ReaderDoor) : undefined;
  } catch {
    // Missing, or left half-way by something that was no session: nobody is behind it.
    return undefined;
  }
}
