// Bundles all programs of the single executable into chunks that a script can load: shared code once, each chunk CommonJS.
import { build, transform, type Metafile, type Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { bundling } from '../bundling.ts';
import { root } from '../checkout.ts';
import { nativeModule } from '../executable/words.ts';

export interface Chunks {
  /** By file name, e.g. `worker.js`. */
  readonly code: ReadonlyMap<string, string>;
  readonly metafile: Metafile;
}

/** Named as the process is started; `plugin` is what starts without a name. */
export const entries = {
  plugin: 'krew/executable/plugin.ts',
  worker: 'sandbox/main.ts',
  proxy: 'proxy/main.ts',
  operator: 'operator/main.ts',
  apiserver: 'plugin/apiserver/main.ts',
} as const;

// The native half is inside the executable: the loader takes it out where it is needed.
const koffiInside: Plugin = {
  name: 'koffi-inside',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^koffi$/ }, () => ({ path: nativeModule, external: true }));
  },
};

/** Ink awaits its layout engine, and its own package.json, at the top of a module, which a script cannot; `show.tsx` awaits the engine instead. */
const inkAsScript: Plugin = {
  name: 'ink-as-script',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^yoga-layout$/ }, ({ resolveDir }) => ({ path: 'yoga-layout', namespace: 'layout', pluginData: resolveDir }));
    esbuild.onLoad({ filter: /.*/, namespace: 'layout' }, async ({ pluginData }) => {
      const { path } = await esbuild.resolve('yoga-layout/load', { kind: 'import-statement', resolveDir: pluginData as string });
      return { loader: 'js', resolveDir: dirname(path), contents: layoutEngine };
    });
    esbuild.onLoad({ filter: /[\\/]ink[\\/]build[\\/]reconciler\.js$/ }, ({ path }) => ({ loader: 'js', contents: withoutAwait(readFileSync(path, 'utf8')) }));
  },
};

/** Ink reads the engine's constants while it is loaded: without them it lays edges and directions of `undefined`, and says nothing. */
const layoutEngine = [
  "import { loadYoga } from './load.js';",
  "import constants from './generated/YGEnums.js';",
  "export * from './load.js';",
  'const Yoga = { ...constants };',
  "globalThis[Symbol.for('clrk.layoutEngine')] = loadYoga().then((engine) => void Object.assign(Yoga, engine));",
  'export default Yoga;',
].join('\n');

function withoutAwait(source: string): string {
  const changed = source.replace("await import('./devtools.js')", 'void 0').replace('await loadPackageJson()', 'undefined');
  if (changed.includes("import('./devtools.js')") || changed.includes('await loadPackageJson()')) throw new Error('ink/build/reconciler.js is not what it was: look at what it awaits');
  return changed;
}

export async function chunks(): Promise<Chunks> {
  const built = await build({
    ...bundling,
    outdir: 'chunks',
    entryPoints: { ...entries },
    splitting: true,
    // So that a linked node_modules makes the same chunks.
    preserveSymlinks: true,
    write: false,
    metafile: true,
    chunkNames: '[name]-[hash]',
    plugins: [koffiInside, inkAsScript],
  });
  const code = await Promise.all(built.outputFiles.map(async ({ path, text }) => [basename(path), await asScript(text)] as const));
  return { code: new Map(code.toSorted(([a], [b]) => (a < b ? -1 : 1))), metafile: built.metafile };
}

/** `import()` would look for a file; of a chunk it is a `require` that answers later. */
async function asScript(text: string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs', platform: 'node', target: 'node22', minify: true, keepNames: false, legalComments: 'none',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'undefined', 'import.meta.dirname': 'undefined' },
  });
  return code;
}

/** Names of all chunks that some entries can ask for. */
export function reachable({ outputs }: Metafile, from: readonly (keyof typeof entries)[]): ReadonlySet<string> {
  const byName = new Map(Object.entries(outputs).map(([file, output]) => [basename(file), output] as const));
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const { path, external } of byName.get(name)?.imports ?? []) if (external !== true) visit(basename(path));
  };
  for (const entry of from) visit(`${entry}.js`);
  return found;
}

/** A file of ours with all that it imports, as one script. */
export async function bundledScript(entry: string): Promise<string> {
  const built = await build({ absWorkingDir: root, entryPoints: [entry], bundle: true, platform: 'node', target: 'node22', format: 'cjs', minify: true, legalComments: 'none', write: false, logLevel: 'warning' });
  return built.outputFiles[0]?.text ?? '';
}
