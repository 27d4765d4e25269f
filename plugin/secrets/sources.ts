// The `--from-...` flags of `secrets set`: where each key's value comes from, read and sealed.
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { Sealed } from '../../proxy/telemetry/sealed.ts';
import { UserError } from '../exit.ts';
import { resolvePath } from '../kubeconfig.ts';
import type { SecretContent } from './flag.ts';
import { dataKeyProblem, secretNameProblem } from './names.ts';

export interface SecretSources {
  /** `KEY=ENVVAR` */
  readonly env: readonly string[];
  /** `KEY=PATH` */
  readonly file: readonly string[];
  /** `KEY=VALUE` */
  readonly literal: readonly string[];
  /** `KEY` */
  readonly stdin?: string;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly cwd: string;
  readonly home: string;
  readonly warn: (text: string) => void;
}

/** Kubernetes takes no larger Secret. */
const maxBytes = 1024 * 1024;

/** Everything is read before anything is sent; an empty value is a mistake. */
export async function readSources(name: string, sources: SecretSources, around: Surroundings): Promise<SecretContent> {
  const problem = secretNameProblem(name);
  if (problem !== undefined) throw new UserError(problem);
  const values = new Map<string, Sealed>();
  const add = (key: string, flag: string, value: string): void => {
    const bad = dataKeyProblem(key);
    if (bad !== undefined) throw new UserError(`${flag}: ${bad}`);
    if (values.has(key)) throw new UserError(`the key ${key} is given twice`);
    if (value === '') throw new UserError(`${flag}: the value of ${key} is empty`);
    values.set(key, Sealed.of(value));
  };
  for (const text of sources.env) {
    const [key, variable] = pair('--from-env', 'KEY=ENVVAR', text);
    const value = around.env[variable];
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) throw new UserError(`--from-env ${key}: what follows the \`=\` is not the name of an environment variable`, ['the form is --from-env KEY=ENVVAR']);
    if (!value) throw new UserError(`--from-env ${key}: the environment variable ${variable} is ${value === '' ? 'empty' : 'not set'}`, [`export ${variable}=... and try again`]);
    add(key, '--from-env', value);
  }
  for (const text of sources.file) {
    const [key, path] = pair('--from-file', 'KEY=PATH', text);
    add(key, '--from-file', await readFile(key, path, around));
  }
  for (const text of sources.literal) {
    const [key, value] = pair('--from-literal', 'KEY=VALUE', text);
    add(key, '--from-literal', value);
    around.warn(`the value of ${key} now stands in the history of your shell, and stood in the list of processes; --from-env and --from-stdin leave no trace`);
  }
  // The line end that `echo` adds is no part of a key.
  if (sources.stdin !== undefined) add(sources.stdin, '--from-stdin', (await readAll('stdin', around.stdin)).replace(/\r?\n$/, ''));
  if (values.size === 0) throw new UserError(`no value for the Secret ${name}`, ['give at least one of --from-env KEY=ENVVAR, --from-file KEY=PATH, --from-stdin KEY']);
  return { name, values };
}

/** Splits at the first `=`. What stands behind it may be a secret in the wrong place, so no error repeats it. */
function pair(flag: string, form: string, text: string): readonly [key: string, rest: string] {
  const at = text.indexOf('=');
  if (at < 0) throw new UserError(`${flag} has no \`=\``, [`the form is ${flag} ${form}`]);
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}

async function readFile(key: string, path: string, around: Surroundings): Promise<string> {
  const text = await readAll(path, createReadStream(resolvePath(path, around)));
  if (text.endsWith('\n')) around.warn(`the value of ${key} ends with a line end, which is kept; a key for an HTTP header must not have one`);
  return text;
}

async function readAll(name: string, stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBytes) throw new UserError(`${name} is larger than 1 MiB, which no Secret can hold`);
      chunks.push(bytes);
    }
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new UserError(code === 'ENOENT' ? `there is no file ${name}` : `${name} can't be read: ${code || String(cause)}`, [], { cause });
  }
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw new UserError(`${name} is not UTF-8 text`, ['for other bytes: kubectl create secret generic NAME --from-file KEY=PATH']);
  return bytes.toString('utf8');
}
