// Where the checkout lies, and the version that it is of.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder above with a package-lock.json: the sources and their transpiled copies lie at different depths. */
export const root = above(import.meta.dirname);

export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };

function above(folder: string): string {
  if (existsSync(join(folder, 'package-lock.json'))) return folder;
  if (folder === dirname(folder)) throw new Error('this does not run in a checkout: no package-lock.json above it');
  return above(dirname(folder));
}
