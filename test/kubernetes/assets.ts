// Finds the programs of a real control plane: those that the environment names, else those that were built before.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { kubernetesVersion, programNames, programs, type ProgramName } from './programs.ts';

export type Assets = { readonly [name in ProgramName]: string };

/** The Go module lies with the sources; tests run from build/, one to one. */
export const moduleFolder = existsSync(join(import.meta.dirname, 'go.mod')) ? import.meta.dirname : join(import.meta.dirname, '../../../test/kubernetes');

/** Outside the tree, so that a fresh checkout finds what an older one built; another go.mod is another folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const pins = createHash('sha256').update(readFileSync(join(moduleFolder, 'go.mod'))).update(readFileSync(join(moduleFolder, 'go.sum'))).digest('hex');
  return join(cache, 'clrk', 'kubernetes', `${kubernetesVersion}-${process.platform}-${process.arch}-${pins.slice(0, 12)}`);
}

/** Where a program is, or undefined. A program that the environment names must be there. */
export function findAsset(name: ProgramName, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { variable } = programs[name];
  const named = env[variable];
  if (named) {
    if (!existsSync(named)) throw new Error(`${variable} names ${named}, which is not there`);
    return named;
  }
  const folders = [...(env['KUBEBUILDER_ASSETS'] ? [env['KUBEBUILDER_ASSETS']] : []), cacheFolder(env)];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** All programs, or the names of those that are missing. */
export function findAssets(): { readonly assets?: Assets; readonly missing: readonly ProgramName[] } {
  const found = programNames.map((name) => [name, findAsset(name)] as const);
  const missing = found.flatMap(([name, file]) => (file === undefined ? [name] : []));
  return missing.length > 0 ? { missing } : { assets: Object.fromEntries(found) as Assets, missing };
}

/** What a test says that needs the real server and finds none. */
export const howToGet = 'npm run kubernetes:assets builds them with Go, or set KUBEBUILDER_ASSETS to a folder that holds them';

/**
 * The assets, or undefined where they are missing and nobody insists.
 * With CLRK_REQUIRE_KUBERNETES set (the landing check) a missing program is an error: a case that did not run must not look like one that passed.
 */
export function wantedAssets(env: NodeJS.ProcessEnv = process.env): Assets | undefined {
  const { assets, missing } = findAssets();
  if (!assets && env['CLRK_REQUIRE_KUBERNETES']) throw new Error(`missing ${missing.join(', ')}: ${howToGet}`);
  return assets;
}
