// Builds a kustomization by `kubectl kustomize`, with bounds on its time and its output.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { UserError } from '../exit.ts';
import { resolvePath } from '../kubeconfig.ts';
import { printableLines } from '../format/printable.ts';
import { maxFileBytes, type SourceText } from './source.ts';

export interface BuildOptions {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends a build that hangs, e.g. at a remote base. */
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 120_000;
const maxComplaintBytes = 64 * 1024;

/** What the folder builds to. Throws what kustomize complains about, in its own words. */
export async function buildKustomization(folder: string, { timeoutMs = usualTimeoutMs, ...around }: BuildOptions): Promise<SourceText> {
  if (folder === '') throw new UserError('an empty path names no kustomization');
  // Only `~` is ours to replace: what looks like a path may also be the address of a repository, which kustomize fetches.
  const target = folder.startsWith('~') ? resolvePath(folder, around) : folder;
  const child = spawn('kubectl', ['kustomize', '--', target], { cwd: around.cwd, env: around.env, stdio: ['ignore', 'pipe', 'pipe'], signal: AbortSignal.timeout(timeoutMs), killSignal: 'SIGKILL' });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [built, complaint, code] = await Promise.all([bounded(child.stdout, maxFileBytes), bounded(child.stderr, maxComplaintBytes), ended]).catch((cause: unknown) => {
    child.kill('SIGKILL');
    throw unbuilt(folder, cause, timeoutMs);
  });
  const said = printableLines(complaint.trimEnd(), 50).filter((line) => line !== '');
  if (code !== 0) throw new UserError(`kustomize could not build ${folder}`, [`try it alone: kubectl kustomize ${folder}`], { lines: said });
  return { file: folder, text: built, generated: true };
}

/** All of a stream; what goes beyond the bound ends the build. */
async function bounded(stream: NodeJS.ReadableStream, most: number): Promise<string> {
  let size = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most) throw new UserError(`kubectl kustomize printed more than ${Math.floor(most / 1024)} KiB`, ['build fewer at a time']);
      yield chunk;
    }
  };
  return text(counted());
}

function unbuilt(folder: string, cause: unknown, timeoutMs: number): Error {
  if (cause instanceof UserError) return cause;
  const { code, name, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new UserError('there is no kubectl on the PATH, and -k builds with `kubectl kustomize`', ['install kubectl, or build with another program: kustomize build DIR | kubectl clrk apply -f -']);
  if (name === 'AbortError') return new UserError(`kustomize did not finish ${folder} within ${Math.round(timeoutMs / 1000)} s`, ['does it fetch from somewhere that does not answer?', `try it alone: kubectl kustomize ${folder}`]);
  return new UserError(`kubectl kustomize could not be run: ${message}`, [], { cause });
}
