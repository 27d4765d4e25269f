// Manifests from files, folders and stdin: every object with the place it came from, and every fault of the text itself.
import { basename, dirname } from 'node:path';
import { Composer, Lexer, LineCounter, Parser, type Document } from 'yaml';
import type { KubeObject } from '../../operator/api/object.ts';
import { nearest } from '../nearest.ts';
import type { FaultCode } from './codes.ts';
import { goYaml } from './go-yaml.ts';
import { fieldName, locate, positionAt, type Fault, type Origin, type Path } from './position.ts';
import { maxAliases, maxDepth, shapeFaults } from './shape.ts';
import { readSources, type ReadOptions, type SourceText } from './source.ts';

/** One object as it will be sent, and where it stands. */
export interface Manifest {
  readonly object: KubeObject;
  readonly origin: Origin;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly faults: readonly Fault[];
}

const maxDocuments = 5_000;

/** Reads everything the paths name. A path that can't be read throws; what is wrong inside a text comes back as faults, all of them. */
export async function readManifests(paths: readonly string[], options: ReadOptions): Promise<Manifests> {
  const sources = await readSources(paths, options);
  const read = sources.map(parseManifests);
  return { manifests: read.flatMap(({ manifests }) => manifests), faults: read.flatMap(({ faults }) => faults) };
}

/** The objects of one text. */
export function parseManifests({ file, text, fault, generated }: SourceText): Manifests {
  if (fault !== undefined) return { manifests: [], faults: [fault] };
  const manifests: Manifest[] = [];
  const faults: Fault[] = [];
  if (tooManyWords(text)) return { manifests, faults: [{ code: 'too-large', file, line: 1, column: 1, field: '', message: 'too large to be a manifest', hint: 'split it, or name the right file' }] };
  const lines = new LineCounter();
  try {
    let count = 0;
    for (const document of new Composer(goYaml).compose(new Parser(lines.addNewLine).parse(text), true, text.length)) {
      if (++count > maxDocuments) return { manifests, faults: [...faults, { code: 'too-large', file, line: 1, column: 1, field: '', message: `more than ${maxDocuments} documents in one file` }] };
      const wrong = [...syntaxFaults(file, document, lines), ...(document.errors.length > 0 ? [] : shapeFaults(file, document, lines))];
      faults.push(...wrong);
      if (wrong.length > 0) continue;
      const origin: Origin = { file, document, lines, root: [], ...(generated ? { generated } : {}) };
      expand(plain(document), origin, manifests, faults);
    }
  } catch (error) {
    // The reader recurses: brackets without end are the one text that it can't survive.
    if (!(error instanceof RangeError) && !(error instanceof Tangle)) throw error;
    faults.push({ code: error instanceof Tangle ? 'alias' : 'too-deep', file, line: 1, column: 1, field: '', message: error instanceof Tangle ? 'aliases without end' : tooDeep });
  }
  return { manifests, faults };
}

/** Twice what the largest bundles of definitions hold. The parser keeps some 200 bytes for each word, before anything can be judged. */
const maxWords = 1_000_000;

function tooManyWords(text: string): boolean {
  // A character makes two words and a half at most; small texts need not be read twice.
  if (text.length < maxWords * 0.4) return false;
  let count = 0;
  for (const word of new Lexer().lex(text)) if (word !== '' && ++count > maxWords) return true;
  return false;
}

const tooDeep = `nested deeper than ${maxDepth} levels`;

/** The document as JSON carries it: no aliases, no shared parts. Throws a {@link Tangle} where aliases have no end. */
function plain(document: Document): unknown {
  try {
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: maxAliases }) ?? null));
  } catch (error) {
    // ReferenceError: the library's guard against aliases of aliases; TypeError: an alias inside what it points to.
    if (error instanceof ReferenceError || error instanceof TypeError) throw new Tangle();
    throw error;
  }
}

class Tangle extends Error {}

function syntaxFaults(file: string, document: Document, lines: LineCounter): Fault[] {
  const deep = document.errors.find(({ message }) => message.includes('call stack'));
  if (deep !== undefined) return [{ code: 'too-deep', file, ...positionAt(lines, deep.pos[0]), field: '', message: tooDeep }];
  // The first alone: the others follow from it.
  return document.errors.slice(0, 1).map((error) => ({ code: 'syntax', file, ...positionAt(lines, error.pos[0]), field: '', ...syntaxMessage(error.code, error.message, file.endsWith('.json') ? 'JSON' : 'YAML') }));
}

function syntaxMessage(code: string, message: string, language: string): { message: string; hint?: string } {
  if (code === 'TAB_AS_INDENT' || /\btabs?\b/i.test(message)) return { message: 'a tab can\'t indent YAML', hint: 'use spaces' };
  const sentence = message.split('\n')[0] ?? message;
  return { message: `not valid ${language}: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}` };
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An empty document is nothing, a List is its items, anything else must look like an object of Kubernetes. */
function expand(value: unknown, origin: Origin, manifests: Manifest[], faults: Fault[]): void {
  if (value === null || value === undefined) return;
  const fault = (code: FaultCode, path: Path, message: string, hint?: string): void => {
    faults.push({ code, file: origin.file, ...locate(origin, path, 'value'), field: fieldName(path), message, ...(hint === undefined ? {} : { hint }), ...(origin.generated ? { generated: true } : {}) });
  };
  if (!isFields(value)) return fault('not-an-object', [], 'not an object with apiVersion and kind', `it is ${Array.isArray(value) ? 'a list' : 'plain text or a number'}`);
  if (isKustomization(value, origin.file)) return fault('kustomization', [], 'a kustomization, which no cluster knows', `build it: -k ${origin.file === 'stdin' ? 'DIR' : dirname(origin.file)}`);
  const before = faults.length;
  for (const field of ['apiVersion', 'kind'] as const) if (typeof value[field] !== 'string' || value[field] === '') fault('not-an-object', [field], ...missing(value, field));
  if (faults.length > before) return;
  if (typeof value['kind'] === 'string' && value['kind'].endsWith('List') && Array.isArray(value['items'])) {
    for (const [index, item] of value['items'].entries()) expand(item, { ...origin, root: [...origin.root, 'items', index] }, manifests, faults);
    return;
  }
  const { metadata } = value;
  if (!isFields(metadata) || typeof metadata['name'] !== 'string' || metadata['name'] === '') return fault('name', isFields(metadata) ? ['metadata', 'name'] : ['metadata'], ...noName(metadata));
  if (metadata['namespace'] !== undefined && typeof metadata['namespace'] !== 'string') return fault('wrong-type', ['metadata', 'namespace'], 'must be text');
  manifests.push({ object: value as unknown as KubeObject, origin });
}

/** By its group; by its file's name, since it may leave out apiVersion and kind. Other programs have kinds of that name, which are objects. */
function isKustomization({ apiVersion, kind }: Fields, file: string): boolean {
  if (typeof apiVersion === 'string' && apiVersion !== '') return apiVersion.startsWith('kustomize.config.k8s.io/');
  return kind === 'Kustomization' || /^(kustomization\.ya?ml|Kustomization)$/.test(basename(file));
}

function missing(value: Fields, field: string): [string, string?] {
  if (value[field] !== undefined && value[field] !== null) return [`must be text, not ${JSON.stringify(value[field]).slice(0, 40)}`, 'put it in quotes'];
  const near = nearest(field, Object.keys(value));
  return near === undefined ? ['missing'] : ['missing', `"${near}" looks like a misspelling of it`];
}

function noName(metadata: unknown): [string, string?] {
  if (isFields(metadata) && metadata['name'] !== undefined && metadata['name'] !== null) return [metadata['name'] === '' ? 'is empty' : `must be text, not ${JSON.stringify(metadata['name'])}`, 'put it in quotes'];
  return isFields(metadata) && metadata['generateName'] !== undefined ? ['missing: apply needs a name, generateName is not enough'] : ['missing: every object needs metadata.name'];
}
