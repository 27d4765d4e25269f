// Reads manifest files as text: how large they may be, and that they are text at all.
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { UserError } from '../exit.ts';
import { resolvePath } from '../kubeconfig.ts';
import type { FaultCode } from './codes.ts';
import { filesNamed, unreadable, type PathOptions } from './paths.ts';
import type { Fault } from './position.ts';

/** A file as the person named it, and what it holds. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** Why it holds no text; the other files are read all the same. */
  readonly fault?: Fault;
  /** A program made the text, so that its lines say nothing to a person. */
  readonly generated?: true;
}

export interface ReadOptions extends PathOptions {
  readonly stdin: Readable;
}

/** As kubectl, which reads no more of one object either: etcd would not take it. */
export const maxFileBytes = 10 * 1024 * 1024;
/** Of all files together, since all are in memory until the last one is checked. */
export const maxTotalBytes = 64 * 1024 * 1024;

/** Every text that the paths name. */
export async function readSources(paths: readonly string[], options: ReadOptions): Promise<readonly SourceText[]> {
  const sources: SourceText[] = [];
  let total = 0;
  for (const file of await filesNamed(paths, options)) {
    const source = file === '-' ? await readStream('stdin', options.stdin) : await readFile(file, options).catch((error: unknown) => asFault(file, paths, error));
    total += source.text.length;
    if (total > maxTotalBytes) throw new UserError('the files hold more than 64 MiB together, which are no manifests', ['name fewer at a time']);
    sources.push(source);
  }
  return sources;
}

class TooLarge extends UserError {}

/** A file that was named must be readable; one that only lies in a named folder is one mistake among others. */
function asFault(file: string, named: readonly string[], error: unknown): SourceText {
  if (!(error instanceof UserError) || named.includes(file)) throw error;
  const [hint] = error.hints;
  return { file, text: '', fault: { ...start(file, error instanceof TooLarge ? 'too-large' : 'unreadable'), message: error.message, ...(hint === undefined ? {} : { hint }) } };
}

const start = (file: string, code: FaultCode): Omit<Fault, 'message'> => ({ code, file, line: 1, column: 1, field: '' });

async function readFile(file: string, options: ReadOptions): Promise<SourceText> {
  return readStream(file, createReadStream(resolvePath(file, options)));
}

async function readStream(file: string, stream: Readable): Promise<SourceText> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > maxFileBytes) throw new TooLarge(`${file} is larger than 10 MiB, which is no manifest`, ['split it, or name the right file']);
      chunks.push(bytes);
    }
  } catch (cause) {
    throw cause instanceof UserError ? cause : unreadable(file, cause);
  }
  return decode(file, Buffer.concat(chunks));
}

function decode(file: string, bytes: Buffer): SourceText {
  const text = bytes.toString('utf8');
  const wrong = isUtf8(bytes) ? text.indexOf('\0') : text.indexOf('\uFFFD');
  if (wrong < 0) return { file, text: text.replace(/^\uFEFF/, '') };
  const fault = { ...start(file, 'encoding'), line: text.slice(0, wrong).split('\n').length };
  return text.includes('\0')
    ? { file, text: '', fault: { ...fault, message: 'not text: it holds NUL bytes', hint: 'is it an archive or a program? `file` tells; UTF-16 must be saved as UTF-8' } }
    : { file, text: '', fault: { ...fault, message: 'not UTF-8 text', hint: 'save it as UTF-8; `file` tells what it is now' } };
}
