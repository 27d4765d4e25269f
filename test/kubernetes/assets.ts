// Finds the programs that tests build with Go: those that the environment names, else those that were built before.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { controlPlaneNames, modules, programs, type ControlPlaneName, type ModuleName, type ProgramName } from './programs.ts';

export type Assets = { readonly [name in ControlPlaneName]: string };

/** The Go modules lie with the sources; tests run from build/, one to one. */
const testFolder = existsSync(join(import.meta.dirname, 'go.mod')) ? join(import.meta.dirname, '..') : join(import.meta.dirname, '../../../test');
export const moduleFolder = (module: ModuleName): string => join(testFolder, module);

/** Outside the tree, so that a fresh checkout finds what an older one built; another go.mod or program is another folder. */
export function cacheFolder(module: ModuleName, env: NodeJS.ProcessEnv = process.env): string {
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = moduleFolder(module);
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum', ...readdirSync(folder).filter((file) => file.endsWith('.go')).toSorted()]) hash.update(readFileSync(join(folder, name)));
  const pins = hash.digest('hex');
  return join(cache, 'clrk', module.replace('/', '-'), `${modules[module]}-${process.platform}-${process.arch}-${pins.slice(0, 12)}`);
}

/** Where a program is, or undefined. A program that the environment names must be there. */
export function findAsset(name: ProgramName, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { module, variable } = programs[name];
  const named = env[variable];
  if (named) {
    if (!existsSync(named)) throw new Error(`${variable} names ${named}, which is not there`);
    return named;
  }
  const folders = [...(env['KUBEBUILDER_ASSETS'] ? [env['KUBEBUILDER_ASSETS']] : []), cacheFolder(module, env)];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** The whole control plane, or the names of what is missing of it. */
export function findAssets(): { readonly assets?: Assets; readonly missing: readonly ProgramName[] } {
  const found = controlPlaneNames.map((name) => [name, findAsset(name)] as const);
  const missing = found.flatMap(([name, file]) => (file === undefined ? [name] : []));
  return missing.length > 0 ? { missing } : { assets: Object.fromEntries(found) as Assets, missing };
}

/** What a test says that needs such a program and finds none. */
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

/** The same of one program. */
export function wantedAsset(name: ProgramName, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = findAsset(name, env);
  if (file === undefined && env['CLRK_REQUIRE_KUBERNETES']) throw new Error(`missing ${name}: ${howToGet}`);
  return file;
}
