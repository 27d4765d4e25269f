// Builds the program: one bundle for each process into dist/, and with --tests every source file one to one into build/.
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { chmodSync, copyFileSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundling } from './bundling.ts';
import { root } from './checkout.ts';

const require = createRequire(import.meta.url);

/** The native half of koffi for this machine, copied beside the bundles so that a bundle needs no node_modules. */
function nativeKoffi(): string {
  const libc = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  const flavour = libc.header.glibcVersionRuntime ? process.platform : 'musl';
  return join(dirname(require.resolve(`@koromix/koffi-${process.platform}-${process.arch}`)), `${flavour}_${process.arch}`, 'koffi.node');
}

// koffi looks for its native half along node_modules; a bundle has none, so it loads the copy that lies beside it.
const koffiBesideBundle: Plugin = {
  name: 'koffi-beside-bundle',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^koffi$/ }, () => ({ path: 'koffi', namespace: 'native' }));
    esbuild.onLoad({ filter: /.*/, namespace: 'native' }, () => ({
      loader: 'js',
      contents: `import { createRequire } from 'node:module';\nexport default createRequire(import.meta.url)('./koffi.node');`,
    }));
  },
};

const common = {
  ...bundling,
  outdir: 'dist',
  metafile: true,
  banner: { js: `import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);` },
  plugins: [koffiBesideBundle],
} satisfies BuildOptions;

/** One file per process: what an image copies. */
const processes = { worker: 'sandbox/main.ts', proxy: 'proxy/main.ts', apiserver: 'plugin/apiserver/main.ts', 'node-profile': 'operator/node-profile/main.ts' };
/** Split, so that the Kubernetes library is read only where the kubeconfig needs it: kept apart it saves 20 MB and a third of the start. */
const operator = { operator: 'operator/main.ts' };
/** The plugin is split, so that --help does not pay for the terminal interface and the Kubernetes client. */
const plugin = { plugin: 'plugin/main.ts', 'first-agent': 'krew/first-agent.ts' };

/** Which packages went into each file of dist/, by their paths in package-lock.json: what a bill of materials is made from. */
function packagesIn(metafiles: readonly Metafile[]): Record<string, readonly string[]> {
  const lockPath = (input: string): string => (input === 'native:koffi' ? 'node_modules/koffi' : (/node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? ''));
  const outputs = metafiles.flatMap(({ outputs: files }) => Object.entries(files));
  return Object.fromEntries(outputs.map(([file, { inputs }]) => [file.replace(/^dist\//, ''), [...new Set(Object.keys(inputs).map(lockPath))].filter(Boolean).toSorted()] as const));
}

async function bundles(): Promise<void> {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const built = await Promise.all([
    build({ ...common, entryPoints: processes }),
    build({ ...common, entryPoints: operator, splitting: true, chunkNames: 'operator-[name]-[hash]' }),
    build({ ...common, entryPoints: plugin, splitting: true, chunkNames: 'plugin-[name]-[hash]' }),
  ]);
  writeFileSync(join(root, 'dist/packages.json'), `${JSON.stringify(packagesIn(built.map(({ metafile }) => metafile)), null, 1)}\n`);
  copyFileSync(nativeKoffi(), join(root, 'dist/koffi.node'));
  const launcher = join(root, 'dist/kubectl-clrk');
  copyFileSync(join(root, 'plugin/kubectl-clrk.sh'), launcher);
  chmodSync(launcher, 0o755);
}

// Tests run against the sources themselves, one file in, one file out: a stack trace names the line that a person would open.
const oneToOne: Plugin = {
  name: 'one-to-one',
  setup(esbuild) {
    esbuild.onResolve({ filter: /.*/ }, (use) => {
      if (use.kind === 'entry-point') return undefined;
      return { path: use.path.startsWith('.') ? use.path.replace(/\.tsx?$/, '.js') : use.path, external: true };
    });
  },
};

async function tests(): Promise<void> {
  rmSync(join(root, 'build'), { recursive: true, force: true });
  const entryPoints = globSync('{plugin,operator,sandbox,proxy,krew,test}/**/*.{ts,tsx}', { cwd: root });
  const { external: _external, ...rest } = common;
  await build({ ...rest, entryPoints, outdir: 'build', outbase: root, minify: false, sourcemap: 'inline', banner: {}, plugins: [oneToOne] });
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(join(root, 'build/package.json'), '{"type":"module"}\n');
}

await bundles();
if (process.argv.includes('--tests')) await tests();
