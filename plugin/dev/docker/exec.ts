// Runs a program in a running container and waits for its end.
import type { Engine } from './engine.ts';
import { EngineError } from './errors.ts';
import { pieces } from './streams.ts';

export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const mostOutput = 4 << 20;

/** Without stdin and without a terminal. What it writes beyond 4 MiB is left out. */
export async function execInContainer(engine: Engine, name: string, command: readonly string[], { signal, withinMs = 60_000 }: { readonly signal?: AbortSignal; readonly withinMs?: number } = {}): Promise<Executed> {
  const doing = `running ${command[0] ?? ''} in container ${name}`;
  const given = signal ? { signal } : {};
  const { Id } = await engine.ask<{ readonly Id: string }>({ method: 'POST', path: `/containers/${encodeURIComponent(name)}/exec`, json: { AttachStdout: true, AttachStderr: true, Cmd: command }, doing, ...given });
  const { body } = await engine.open({ method: 'POST', path: `/exec/${Id}/start`, json: { Detach: false, Tty: false }, doing, answerMs: withinMs, quietMs: withinMs, ...given });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let length = 0;
  for await (const { stream, bytes } of pieces(body)) {
    length += bytes.length;
    if (length <= mostOutput) output[stream].push(bytes);
  }
  const { Running, ExitCode } = await engine.ask<{ readonly Running: boolean; readonly ExitCode: number | null }>({ path: `/exec/${Id}/json`, doing, ...given });
  if (Running || ExitCode === null) throw new EngineError(`${doing}: its output ended before it did`, { status: 0 });
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
  return { code: ExitCode, stdout: text(output.stdout), stderr: text(output.stderr) };
}
