// Names of the folders below the state folder that belong to the children.
import { join } from 'node:path';

export const apiserverFolderName = 'apiserver';
export const workerFolderName = 'worker';

/** The API server's store. */
export const apiserverFolder = (stateDir: string): string => join(stateDir, apiserverFolderName);

/** The worker's images and their unpacked files. */
export const workerFolder = (stateDir: string): string => join(stateDir, workerFolderName);
