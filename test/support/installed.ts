// The program as a person has it: an executable kubectl-clrk in a folder that can stand on PATH.
import type { ExecutionContext } from 'ava';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Installed {
  readonly folder: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The launcher that is shipped, the Node that runs this test, and the compiled sources. */
export function install(t: ExecutionContext): Installed {
  const root = join(import.meta.dirname, '../../..');
  const folder = mkdtempSync(join(tmpdir(), 'clrk-installed-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(root, 'plugin/kubectl-clrk.sh'), join(folder, 'kubectl-clrk'));
  chmodSync(join(folder, 'kubectl-clrk'), 0o755);
  symlinkSync(process.execPath, join(folder, 'node'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'plugin.js'), `await import(${JSON.stringify(pathToFileURL(join(root, 'build/plugin/main.js')).href)});\n`);
  return { folder, home: folder, env: { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, HOME: folder } };
}

/** Runs a command line of bash; stdin is empty. */
export function start({ env, home }: Installed, line: string): ChildProcessWithoutNullStreams {
  const child = spawn('bash', ['-c', line], { env, cwd: home });
  child.stdin.end();
  return child;
}

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

export async function finish(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const texts: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { ...texts, code };
}
