// Makes one executable of Node, the loader, the chunks and the native half, with pkg in its single-executable mode.
import { execFile } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { executable } from '../../sandbox/contract.ts';
import { nodeVersion, programName, type Target } from '../targets.ts';

const run = promisify(execFile);

export interface Content {
  readonly node: Buffer;
  readonly loader: string;
  /** By the name under which it is asked for. */
  readonly assets: ReadonlyMap<string, string | Buffer>;
}

/** Writes it below `work`, a folder of this call's own, and returns its path. */
export async function makeExecutable(target: Target, { node, loader, assets }: Content, work: string): Promise<string> {
  const insides = join(work, 'inside');
  mkdirSync(insides, { recursive: true });
  for (const [name, bytes] of assets) writeFileSync(join(insides, name), bytes);
  writeFileSync(join(insides, executable.loader), loader);
  layNode(target, node, join(work, '.pkg-cache', 'sea'));
  const output = join(work, programName(target));
  const [platform = '', arch = ''] = target.name.split('-');
  const options = {
    targets: [{ nodeRange: `node${nodeVersion}`, platform, arch, output }],
    // pkg would sign with tools that only a Mac has.
    signature: false,
    seaConfig: {
      // Relative, because the path is written into the executable: from pkg's own folder, which it makes in TMPDIR.
      main: join('..', 'inside', executable.loader),
      disableExperimentalSEAWarning: true,
      useCodeCache: false,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // Else NODE_OPTIONS, which may name a file to run first, would count here as it does for Node.
      execArgvExtension: 'none',
      assets: Object.fromEntries([...assets.keys(), executable.loader].toSorted().map((name) => [name, join(insides, name)])),
    },
  };
  await runPkg(join(insides, executable.loader), options, work);
  if (statSync(output).size <= node.length) throw new Error(`pkg put nothing into the executable for ${target.name}`);
  return output;
}

/** Where pkg looks for Node before it downloads one, in the form in which a download would have left it. */
function layNode({ os, name }: Target, node: Buffer, cache: string): void {
  const [, arch = ''] = name.split('-');
  const download = join(cache, `node-v${nodeVersion}-${{ linux: 'linux', darwin: 'darwin', windows: 'win' }[os]}-${arch}`);
  const file = os === 'windows' ? `${download}.exe` : join(download, 'bin', 'node');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, node, { mode: 0o755 });
  const archive = `${download}.${os === 'windows' ? 'zip' : 'tar.gz'}`;
  for (const mark of [`${file}.ok`, archive, `${archive}.ok`]) writeFileSync(mark, '');
}

/** In a process of its own: pkg finds its cache by HOME, and changes the folder it works in. */
async function runPkg(entry: string, options: unknown, work: string): Promise<void> {
  const pkg = createRequire(import.meta.url).resolve('pkg/lib-es5/sea');
  const program = 'require(process.argv[1]).default(process.argv[2], JSON.parse(process.argv[3])).catch((error) => { console.error(error); process.exitCode = 1; })';
  try {
    await run(process.execPath, ['-e', program, pkg, entry, JSON.stringify(options)], { cwd: work, env: { PATH: process.env['PATH'] ?? '', HOME: work, TMPDIR: work } });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`pkg could not make the executable:\n${stdout}${stderr}`, { cause: error });
  }
}
