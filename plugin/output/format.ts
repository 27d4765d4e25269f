// The values of `-o`: which there are, and reading the one that was given with its template or columns.
import { isAbsolute } from 'node:path';
import { readFileSync } from 'node:fs';
import { makeValidator, type StrictValidator } from 'typanion';
import { UserError } from '../exit.ts';
import { resolvePath } from '../kubeconfig.ts';
import type { Column } from './columns.ts';
import type { Template } from '../jsonpath/parse.ts';

/** For objects of the cluster, as `kubectl get` has them; those that end with = want more behind it. */
export const objectFormats = ['json', 'yaml', 'wide', 'name', 'jsonpath=', 'jsonpath-as-json=', 'jsonpath-file=', 'custom-columns=', 'custom-columns-file='] as const;
/** For answers that are no objects. */
export const valueFormats = ['json', 'yaml', 'jsonpath=', 'jsonpath-as-json=', 'jsonpath-file='] as const;

export type Output =
  | { readonly kind: 'table'; readonly wide: boolean }
  | { readonly kind: 'name' | 'json' | 'yaml' }
  | { readonly kind: 'jsonpath'; readonly template: Template; readonly asJson: boolean }
  | { readonly kind: 'columns'; readonly columns: readonly Column[] };

/** Takes `jsonpath=...` for `jsonpath=`; the rest is read by {@link readOutput}. */
export function isOutput(formats: readonly string[]): StrictValidator<unknown, string> {
  return makeValidator<unknown, string>({
    test: (value, state): value is string => {
      if (typeof value === 'string' && formats.some((format) => value === format.replace(/=$/, '') || (format.endsWith('=') && value.startsWith(format)))) return true;
      state?.errors?.push(`${state.p ?? '.'}: Expected one of ${formats.map((format) => JSON.stringify(format)).join(', ')} (got ${JSON.stringify(value)})`);
      return false;
    },
  });
}

const maxTemplateBytes = 64 * 1024;

/** What {@link isOutput} let through. A file is one of the person who calls. */
export async function readOutput(given: string | undefined, around: { readonly cwd: string; readonly home: string }): Promise<Output> {
  if (given === undefined || given === 'wide') return { kind: 'table', wide: given === 'wide' };
  if (given === 'json' || given === 'yaml' || given === 'name') return { kind: given };
  const at = given.indexOf('=');
  const [format, written] = at < 0 ? [given, ''] : [given.slice(0, at), given.slice(at + 1)];
  if (written === '') throw new UserError(`-o ${format} says nothing behind the =`, [example(format)]);
  const text = format.endsWith('-file') ? contentOf(resolvePath(written, around), format) : written;
  if (format.startsWith('custom-columns')) {
    const { columnsOf, columnsOfFile } = await import('./columns.ts');
    return { kind: 'columns', columns: format.endsWith('-file') ? columnsOfFile(text) : columnsOf(text) };
  }
  const { parseTemplate, JsonPathError } = await import('../jsonpath/parse.ts');
  try {
    return { kind: 'jsonpath', template: parseTemplate(text), asJson: format === 'jsonpath-as-json' };
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new UserError(`${JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)} is no JSONPath: ${error.message}`, [example(format)]);
  }
}

const example = (format: string): string => {
  if (format === 'jsonpath-file') return 'write it as -o jsonpath-file=PATH';
  if (format === 'custom-columns-file') return 'write it as -o custom-columns-file=PATH, a file with a line of headings and a line of paths';
  return format === 'custom-columns' ? 'write it as -o custom-columns=NAME:.metadata.name,PHASE:.status.phase' : `write it as -o ${format}='{.metadata.name}'`;
};

function contentOf(file: string, format: string): string {
  if (!isAbsolute(file)) throw new Error('a path that is not absolute');
  const read = (): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new UserError(`reading ${file} of -o ${format}: ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}`, ['check the path'], { cause: error });
    }
  };
  const bytes = read();
  if (bytes.length > maxTemplateBytes) throw new UserError(`${file} has more than ${maxTemplateBytes} bytes, which no template needs`);
  return bytes.toString('utf8');
}
