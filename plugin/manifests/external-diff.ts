// Runs the program that KUBECTL_EXTERNAL_DIFF names over two folders of objects, as kubectl does.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { UserError } from '../exit.ts';

export interface ObjectTexts {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export interface ExternalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly signal: AbortSignal;
}

/** The program and its arguments; kubectl passes on only those of letters, digits, `-` and `=`, and puts them behind the folders. */
function commandOf(setting: string): { readonly program: string; readonly flags: readonly string[] } {
  const [program = '', ...flags] = setting.split(' ');
  return { program, flags: flags.filter((flag) => /^[a-zA-Z0-9-=]+$/.test(flag)) };
}

/** True when the program says by its exit code 1 that something differs; a code above that is an error. */
export async function externalDiff(setting: string, objects: readonly ObjectTexts[], options: ExternalOptions): Promise<boolean> {
  const folders: string[] = [];
  const folder = async (name: string): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), `${name}-`));
    folders.push(made);
    return made;
  };
  try {
    const [before, after] = [await folder('LIVE'), await folder('MERGED')];
    for (const object of objects) {
      await writeFile(join(before, object.name), object.before, { mode: 0o600 });
      await writeFile(join(after, object.name), object.after, { mode: 0o600 });
    }
    options.signal.throwIfAborted();
    const code = await run(setting, [before, after], options);
    if (code === 0 || code === 1) return code === 1;
    throw new UserError(`KUBECTL_EXTERNAL_DIFF: ${setting} ended with ${code ?? 'a signal'}`, ['it must end with 0 where nothing differs and 1 where something does']);
  } finally {
    await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })));
  }
}

async function run(setting: string, folders: readonly string[], { env, stdout, stderr, signal }: ExternalOptions): Promise<number | null> {
  const { program, flags } = commandOf(setting);
  // On a terminal the program sees it itself, for its colours and its width.
  const own = stdout === process.stdout && stderr === process.stderr;
  const child = spawn(program, [...folders, ...flags], { env, stdio: ['ignore', own ? 'inherit' : 'pipe', own ? 'inherit' : 'pipe'] });
  child.stdout?.pipe(stdout, { end: false });
  child.stderr?.pipe(stderr, { end: false });
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    signal.throwIfAborted();
    return code;
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new UserError(`KUBECTL_EXTERNAL_DIFF: ${program} can't be run: ${(cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such program' : (cause as Error).message}`, ['unset it to use the comparison of this program'], { cause });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
