// Images of a Docker engine: whether one is there, whether it could be had, pulling it, loading an archive.
import { createReadStream } from 'node:fs';
import type { Engine } from './engine.ts';
import { EngineError, isAbsent } from './errors.ts';
import { jsonLines } from './streams.ts';

export interface Image {
  readonly id: string;
  readonly architecture: string;
}

const pathOf = (reference: string): string => reference.split('/').map(encodeURIComponent).join('/');

/** Undefined when the engine has none of that name. */
export async function inspectImage(engine: Engine, reference: string, signal?: AbortSignal): Promise<Image | undefined> {
  try {
    const { Id, Architecture } = await engine.ask<{ readonly Id?: string; readonly Architecture?: string }>({ path: `/images/${pathOf(reference)}/json`, doing: `looking for image ${reference}`, ...(signal ? { signal } : {}) });
    return { id: Id ?? '', architecture: Architecture ?? '' };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Whether the registry would give it; the answer to "no" is why. */
export async function canPull(engine: Engine, reference: string, { withinMs, signal }: { readonly withinMs: number; readonly signal?: AbortSignal }): Promise<string | undefined> {
  try {
    await engine.ask({ path: `/distribution/${pathOf(reference)}/json`, doing: `asking the registry for ${reference}`, answerMs: withinMs, quietMs: withinMs, ...(signal ? { signal } : {}) });
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.said || error.message;
  }
}

/** Repository and tag or digest, as the engine wants them. */
export function namedParts(reference: string): { readonly fromImage: string; readonly tag: string } {
  const [name = '', digest] = reference.split('@', 2);
  if (digest !== undefined) return { fromImage: name.replace(/:[^:/]*$/, ''), tag: digest };
  const [, repository = name, tag = 'latest'] = /^(.*):([^:/]+)$/.exec(name) ?? [];
  return { fromImage: repository, tag };
}

export interface PullProgress {
  readonly done: number;
  /** Of the layers that are known so far. */
  readonly total: number;
}

/** No image has as many; what an engine tells without an end must not be kept without one. */
const mostLayers = 1000;

interface Layers {
  readonly sizes: Map<string, PullProgress>;
}

function progressOf({ sizes }: Layers, line: Readonly<Record<string, unknown>>): PullProgress | undefined {
  const { current, total } = (line['progressDetail'] ?? {}) as { readonly current?: unknown; readonly total?: unknown };
  const id = line['id'];
  if (typeof id !== 'string' || line['status'] !== 'Downloading' || typeof current !== 'number') return undefined;
  if (!sizes.has(id) && sizes.size >= mostLayers) return undefined;
  sizes.set(id, { done: current, total: typeof total === 'number' && total > 0 ? total : current });
  return [...sizes.values()].reduce((sum, layer) => ({ done: sum.done + layer.done, total: sum.total + layer.total }), { done: 0, total: 0 });
}

async function follow(lines: AsyncIterable<Readonly<Record<string, unknown>>>, doing: string, tell: (progress: PullProgress) => void): Promise<readonly string[]> {
  const layers: Layers = { sizes: new Map() };
  const said: string[] = [];
  for await (const line of lines) {
    // The engine begins its answer with 200 before it knows: what goes wrong later comes as a line.
    if (typeof line['error'] === 'string') throw new EngineError(`${doing}: ${line['error'].trim().slice(0, 2000)}`, { status: 500, said: line['error'] });
    const progress = progressOf(layers, line);
    if (progress) tell(progress);
    if (typeof line['stream'] === 'string' && said.length < 100) said.push(line['stream'].trim());
  }
  return said;
}

/** Pulls without credentials: what needs them is pulled by `docker pull`, which knows the person's logins. */
export async function pullImage(engine: Engine, reference: string, { tell, signal }: { readonly tell: (progress: PullProgress) => void; readonly signal?: AbortSignal }): Promise<void> {
  const doing = `pulling ${reference}`;
  const { body } = await engine.open({ method: 'POST', path: '/images/create', query: { ...namedParts(reference) }, doing, answerMs: 60_000, quietMs: 120_000, ...(signal ? { signal } : {}) });
  try {
    await follow(jsonLines(body), doing, tell);
  } finally {
    body.destroy();
  }
}

/** Loads an archive; the answer is what the engine says it has loaded. */
export async function loadImage(engine: Engine, file: string, signal?: AbortSignal): Promise<readonly string[]> {
  const doing = `loading ${file} into the engine`;
  const { body } = await engine.open({ method: 'POST', path: '/images/load', query: { quiet: true }, archive: createReadStream(file), doing, answerMs: 300_000, quietMs: 120_000, ...(signal ? { signal } : {}) });
  return follow(jsonLines(body), doing, () => undefined);
}
