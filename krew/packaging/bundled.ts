// Which npm packages are truly in the chunks of an executable, and what each says of its licence.
import type { Metafile } from 'esbuild';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout.ts';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As SPDX writes it. */
  readonly licence: string;
  /** Sorted by name: its licence, and what it wants to be passed on. */
  readonly texts: readonly { readonly file: string; readonly text: string }[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly author?: string | { readonly name?: string };
}

/** A package of which nothing is left in the output is not in it. `chunks` are names of files. */
export function bundledPackages({ outputs }: Metafile, chunks: ReadonlySet<string>): readonly BundledPackage[] {
  const inputs = Object.entries(outputs).filter(([file]) => chunks.has(file.split('/').at(-1) ?? '')).flatMap(([, output]) => Object.entries(output.inputs));
  const folders = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).flatMap(([input]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  return described([...new Set(folders)]);
}

/** `folders` as package-lock.json names them; one package that is there twice in one version counts once. */
export function described(folders: readonly string[]): readonly BundledPackage[] {
  const found = new Map(folders.map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
    if (typeof license !== 'string') throw new Error(`${folder} does not say its licence in one word: look at it`);
    const texts = licenceTexts(folder);
    const holder = typeof author === 'string' ? author : (author?.name ?? `the authors of ${name}`);
    return [`${name}@${version}`, { name, version, licence: license.replace(/^\((.*)\)$/, '$1'), texts: texts.length > 0 ? texts : [{ file: 'LICENSE', text: termsOf(name, license, holder) }] }] as const;
  }));
  return [...found.values()].toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function licenceTexts(folder: string): BundledPackage['texts'] {
  const at = join(root, folder);
  if (!existsSync(at)) return [];
  const files = readdirSync(at).filter((file) => /^(un)?licen[cs]e|^notice|^copying/i.test(file)).toSorted();
  return files.map((file) => ({ file, text: readFileSync(join(at, file), 'utf8').replaceAll('\r\n', '\n').trim() }));
}

/** A few packages name their licence and forget its text, which it asks to pass on. */
function termsOf(name: string, licence: string, holder: string): string {
  if (licence !== 'MIT') throw new Error(`${name} brings no text of its licence ${licence}: write it here`);
  return `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
