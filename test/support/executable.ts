// The single executable as `npm run package` makes it, built once for a test file, and a bare machine to run it on.
import type { ExecutionContext } from 'ava';
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../krew/checkout.ts';
import { programName, targets, type Target } from '../../krew/targets.ts';

const run = promisify(execFile);

export function target(name: string): Target {
  const found = targets.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no target ${name}`);
  return found;
}

/** The folder that `npm run package` writes, for some of the targets. */
export async function packaged(names: readonly string[]): Promise<{ readonly folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-packaged-'));
  await run(process.execPath, ['krew/package.ts', '--out', folder, ...names.flatMap((name) => ['--target', name])], { cwd: root });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const executableIn = (folder: string, name: string): string => join(folder, `${target(name).os}_${target(name).arch}`, programName(target(name)));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The executable alone in a folder, a home, and the system's own programs but for Node and npm. */
export class BareMachine {
  readonly folder = mkdtempSync(join(tmpdir(), 'clrk-bare-'));
  readonly home = join(this.folder, 'home');
  readonly program = join(this.folder, 'bin', 'kubectl-clrk');

  constructor(t: ExecutionContext, executable: string, programs: readonly string[] = []) {
    t.teardown(() => rmSync(this.folder, { recursive: true, force: true }));
    for (const folder of [this.home, join(this.folder, 'bin')]) mkdirSync(folder);
    chmodSync(this.folder, 0o755);
    copyFileSync(executable, this.program);
    for (const program of programs) symlinkSync(program, join(this.folder, 'bin', program.split('/').at(-1) ?? ''));
  }

  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    try {
      const { stdout, stderr } = await run(this.program, args, { cwd: this.folder, env: { PATH: join(this.folder, 'bin'), HOME: this.home, ...env }, timeout: 60_000 });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { readonly code?: unknown; readonly stdout?: string; readonly stderr?: string };
      return { code: typeof code === 'number' ? code : -1, stdout, stderr };
    }
  }
}
