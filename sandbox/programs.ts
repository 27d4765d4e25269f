// Where the worker looks for the programs it runs.
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/**
 * The search path inside: without the folders of packages (npm puts them first, and one of them brings another program called nft),
 * and with the sbin beside each bin, which an ordinary user's path lacks.
 */
export function programPath(path: string | undefined): string {
  const given = (path || '/usr/local/bin:/usr/bin:/bin').split(':').filter((folder) => folder.startsWith('/') && !folder.includes('node_modules'));
  const beside = given.filter((folder) => folder.endsWith('/bin')).map((folder) => folder.replace(/bin$/, 'sbin'));
  return [...new Set([...given, ...beside])].join(':');
}

export function findProgram(name: string, path: string): string | undefined {
  for (const folder of path.split(':')) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
