// Where the program goes that kubectl asks on TAB: a folder of PATH, the plugin's own before others of the person.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

export interface PlaceRequest {
  readonly path: string;
  readonly home: string;
  /** `kubectl-clrk`, as the folders are searched for it. */
  readonly program: string;
}

/** Folders of PATH in which a person may put it, best first; the first that can be written to is taken. */
export function foldersFor({ path, home, program }: PlaceRequest): readonly string[] {
  // A relative folder of PATH is another one in every place.
  const listed = path.split(delimiter).filter((folder) => folder.startsWith('/') || /^[A-Za-z]:[\\/]/.test(folder)).map((folder) => resolve(folder));
  const beside = listed.filter((folder) => existsSync(join(folder, program))).slice(0, 1);
  const own = [join(home, '.local/bin'), join(home, 'bin')].filter((folder) => listed.includes(folder));
  return [...new Set([...beside, ...own])];
}

export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

const mark = 'written by `kubectl clrk completion install`';

/** Whether a file is ours to replace or to remove. */
export const isOurs = (content: string): boolean => content.includes(mark);

/** The program: a script, since what it calls moves with every upgrade. It keeps silent when the plugin is gone. */
export function completionProgram(platform: NodeJS.Platform): { readonly name: string; readonly content: string } {
  if (platform === 'win32') return { name: 'kubectl_complete-clrk.bat', content: `@rem Completes kubectl clrk; ${mark}.\r\n@kubectl-clrk __complete %* 2>nul\r\n` };
  return { name: 'kubectl_complete-clrk', content: `#!/bin/sh\n# Completes kubectl clrk; ${mark}.\ncommand -v kubectl-clrk >/dev/null 2>&1 || exit 0\nexec kubectl-clrk __complete "$@"\n` };
}
