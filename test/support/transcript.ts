// Plays a transcript: files, then command lines with the stdout, stderr and exit code that a person must see.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { run } from '../../plugin/run.ts';

/**
 * A transcript is text:
 *
 *     # A sentence, the title of the test.
 *     === file path/below/home       followed by the content of the file, up to the next line with ===
 *     === env NAME=value
 *     === cluster                    wants an API server; --local leads to it
 *     $ kubectl clrk ... < file      one command line; `<` names what comes on stdin
 *     expected stdout
 *     ! expected stderr
 *     ? 1                            the exit code, where it is not 0
 *
 * `{{...}}` in an expected line is a regular expression, e.g. `{{\d+}}s`.
 */
export interface Transcript {
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
  readonly env: Readonly<Record<string, string>>;
  readonly wantsCluster: boolean;
  readonly steps: readonly Step[];
}

interface Step {
  readonly line: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly code: number;
}

export function parseTranscript(text: string): Transcript {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const files = new Map<string, string>();
  const env: Record<string, string> = {};
  const steps: { line: string; stdout: string[]; stderr: string[]; code: number }[] = [];
  let wantsCluster = false;
  let file: string | undefined;
  for (const line of lines) {
    const step = steps.at(-1);
    if (line.startsWith('=== ') || line === '===') {
      file = undefined;
      const [, what = '', rest = ''] = /^=== ?(\w*) ?(.*)$/.exec(line) ?? [];
      if (what === 'file') files.set((file = rest), '');
      if (what === 'env') env[rest.split('=', 1)[0] ?? ''] = rest.slice(rest.indexOf('=') + 1);
      wantsCluster ||= what === 'cluster';
    } else if (file !== undefined) files.set(file, `${files.get(file)}${line}\n`);
    else if (line.startsWith('$ ')) steps.push({ line: line.slice(2), stdout: [], stderr: [], code: 0 });
    else if (step === undefined) continue;
    else if (line.startsWith('! ') || line === '!') step.stderr.push(line.slice(2));
    else if (line.startsWith('? ')) step.code = Number(line.slice(2));
    else step.stdout.push(line);
  }
  for (const step of steps) while (step.stdout.at(-1) === '') step.stdout.pop();
  return { title: head.replace(/^# /, '').replace(/\.$/, ''), files, env, wantsCluster, steps };
}

export interface Heard {
  readonly line: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** One command line in this process, in a home of its own. */
export async function hear(line: string, { home, env, interruption = new AbortController().signal }: { readonly home: string; readonly env: Readonly<Record<string, string>>; readonly interruption?: AbortSignal }): Promise<Heard> {
  const [command = '', input] = line.split(' < ');
  const argv = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  if (argv[0] !== 'kubectl' || argv[1] !== 'clrk') throw new Error(`a transcript runs kubectl clrk, not: ${line}`);
  const [stdout, stderr] = [gather(), gather()];
  const code = await run(argv.slice(2), {
    env,
    home,
    cwd: home,
    stdin: Readable.from(input === undefined ? [] : [readFileSync(join(home, input))]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    colorDepth: 1,
    now: () => new Date(),
    interruption: () => interruption,
  });
  return { line, stdout: stdout.text(), stderr: stderr.text(), code };
}

function gather(): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat([...chunks, ...((): Buffer[] => { const rest = stream.read() as Buffer | null; return rest === null ? [] : [rest]; })()]).toString('utf8') };
}

/** A folder for one transcript with its files. */
export function homeOf(transcript: Transcript): { readonly home: string; readonly remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), 'clrk-transcript-'));
  for (const [name, content] of transcript.files) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), content);
  }
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** What was said where something else was expected; empty when all is well. */
export function differences(step: Step, heard: Heard, home: string): readonly string[] {
  const compare = (name: string, expected: readonly string[], said: string): readonly string[] => {
    const lines = said.replaceAll(home, '~').trimEnd().split('\n').filter((line, at, all) => line !== '' || all.length > 1 || at > 0).map((line) => line.trimEnd());
    const same = lines.length === expected.length && expected.every((line, at) => pattern(line).test(lines[at] ?? ''));
    return same ? [] : [`$ ${step.line}\n${name}:\n${lines.map((line) => `  ${line}`).join('\n')}\nexpected:\n${expected.map((line) => `  ${line}`).join('\n')}`];
  };
  return [
    ...compare('stdout', step.stdout, heard.stdout),
    ...compare('stderr', step.stderr, heard.stderr),
    ...(heard.code === step.code ? [] : [`$ ${step.line}\nexit code ${heard.code}, expected ${step.code}`]),
  ];
}

function pattern(line: string): RegExp {
  const parts = line.trimEnd().split(/\{\{(.+?)\}\}/);
  return new RegExp(`^${parts.map((part, at) => (at % 2 === 1 ? part : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('')}$`);
}
