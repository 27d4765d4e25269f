// What a state folder keeps of its k3s cluster: who it is, the cluster's token, the tokens and ports that outlive a session.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stateSubfolder, writeStateFile } from '../state-folder.ts';

export interface K3sIdentity {
  /** Made with the folder: a cluster that carries another one is of a folder that is gone. */
  readonly stateId: string;
  /** Of the cluster; k3s does not start on its own state with another. */
  readonly token: string;
  /** By which k3s knows its node again. */
  readonly nodePassword: string;
  /** With which the operator passes telemetry on to the session: the same in each, or every session would begin with a new operator. */
  readonly telemetryToken: string;
}

/** Another person's folder cannot be read: what belongs to it is theirs. */
export type StateId = { readonly kind: 'there'; readonly id: string } | { readonly kind: 'gone' | 'unreadable' };

const folderName = 'k3s';
const idFile = 'state-id';
const word = /^[A-Za-z0-9_-]{16,64}$/;

const pathOf = (stateDir: string, name: string): string => join(stateDir, folderName, name);

function read(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').slice(0, 1024).trim();
    return word.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a state folder has had a cluster of k3s. */
export const hasK3s = (stateDir: string): boolean => existsSync(pathOf(stateDir, idFile));

/** The id that a state folder of this machine has now. */
export function stateIdOf(stateDir: string): StateId {
  try {
    const path = pathOf(stateDir, idFile);
    const found = statSync(path);
    // The path stands on a container, and whoever made that chose it: a pipe would never end, nor would a device.
    return found.isFile() && found.size <= 1024 ? { kind: 'there', id: readFileSync(path, 'utf8').trim() } : { kind: 'unreadable' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { kind: code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'unreadable' };
  }
}

/** Reads what is there, and makes what is missing. */
export function openIdentity(stateDir: string): K3sIdentity {
  stateSubfolder(stateDir, folderName);
  const keep = (name: string): string => {
    const path = pathOf(stateDir, name);
    const found = read(path);
    if (found !== undefined) return found;
    const made = randomBytes(24).toString('base64url');
    writeStateFile(path, `${made}\n`, 0o600);
    return made;
  };
  return { stateId: keep(idFile), token: keep('cluster.token'), nodePassword: keep('node.password'), telemetryToken: keep('telemetry.token') };
}
