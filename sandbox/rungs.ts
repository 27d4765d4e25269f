// The runtimes there may be, the strongest first.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bubblewrap } from './bubblewrap.ts';
import { gvisor } from './gvisor.ts';
import type { Rung } from './ladder.ts';
import type { ProcessTree } from './inside.ts';
import { namespaces } from './namespaces.ts';
import type { Own } from './own.ts';

const run = promisify(execFile);

/** The plain runtime starts the worker's own program again. */
export const rungs = (own: Own, tree: ProcessTree): readonly Rung[] => [
  { name: 'gvisor', program: 'runsc', find: async () => gvisor(await version('runsc'), tree) },
  { name: 'bubblewrap', program: 'bubblewrap', find: async () => bubblewrap((await version('bwrap')).replace(/^bubblewrap /, '')) },
  { name: 'namespaces', program: 'util-linux', find: async () => namespaces((await version('unshare')).replace(/^unshare from /, ''), own) },
];

/** First line a program says about itself; never waits for more than a few seconds. */
async function version(program: string): Promise<string> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 5000, killSignal: 'SIGKILL' });
    return stdout.split('\n')[0]?.trim() ?? '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`${program} is not installed`, { cause: error });
    throw new Error(`${program} --version was refused`, { cause: error });
  }
}
