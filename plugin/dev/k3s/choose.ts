// Decides which cluster a session brings: that of k3s in Docker where it can be had, else the embedded one, and says why.
import { existsSync } from 'node:fs';
import type { PluginContext } from '../../context.ts';
import { UserError } from '../../exit.ts';
import { endpointOf, isLocal } from '../docker/endpoint.ts';
import { openEngine, type Engine } from '../docker/engine.ts';
import { EngineError, isAway } from '../docker/errors.ts';
import { canPull, inspectImage } from '../docker/images.ts';
import { readMarker } from '../marker.ts';
import { apiserverFolder } from '../places.ts';
import type { DevRequest } from '../request.ts';
import { findArchives, missingArchives } from './archives.ts';
import { hasK3s } from './identity.ts';
import { usualImage } from './names.ts';
import { refuseElsewhere } from './site.ts';

export type Choice =
  | { readonly kind: 'k3s'; readonly engine: Engine }
  /** `why`: said to the person; absent where they asked for it, or Docker is simply not there. */
  | { readonly kind: 'embedded'; readonly why?: string };

/** Of the engine when nobody asked for it: a session must not wait for a hung one. */
const lookMs = 2000;
const registryMs = 5000;

/** What only the embedded cluster does. */
function embeddedOnly({ salvageStore, sandbox, insecureRegistries }: DevRequest): string | undefined {
  if (salvageStore) return '--salvage-store';
  if (sandbox !== undefined) return '--sandbox';
  return insecureRegistries.length > 0 ? '--insecure-registry' : undefined;
}

interface Missing {
  /** As the end of a sentence. */
  readonly why: string;
  readonly hints: readonly string[];
}

/** The first image that is neither here nor to be had. */
async function missing(engine: Engine, { offline, ...request }: DevRequest, bundles: string, signal: AbortSignal): Promise<Missing | undefined> {
  const unavailable = async (image: string): Promise<string | undefined> => {
    const why = offline ? 'nothing is pulled with --offline' : await canPull(engine, image, { withinMs: registryMs, signal });
    return why === undefined ? undefined : `image ${image} is not there, and cannot be pulled: ${why}`;
  };
  const k3sImage = k3sImageFor(request);
  if (!(await inspectImage(engine, k3sImage, signal))) {
    const without = await unavailable(k3sImage);
    if (without !== undefined) return { why: without, hints: k3sHints };
  }
  const [first] = missingArchives(findArchives(bundles, engine.version.architecture));
  const without = first === undefined ? undefined : await unavailable(first);
  return without === undefined ? undefined : { why: without, hints: ownHints };
}

/** What is there is gone on with, also by a program that would begin with a newer one. */
export function k3sImageFor({ k3sImage, stateDir }: Pick<DevRequest, 'k3sImage' | 'stateDir'>): string {
  const last: unknown = hasK3s(stateDir) ? readMarker(stateDir)?.k3s?.image : undefined;
  return k3sImage ?? (typeof last === 'string' ? last : usualImage);
}

const instead = 'or run without Docker: --cluster embedded';
const k3sHints = ['load it from a file: docker load -i FILE', 'or name one that is there: --k3s-image IMAGE', instead];
const ownHints = ['in a checkout `npm run images` makes it; else put its archive into the folder images beside the program', instead];

/** The person said `--cluster k3s`: whatever is in the way is an error. */
async function asked(request: DevRequest, context: PluginContext, bundles: string, signal: AbortSignal): Promise<Choice> {
  const only = embeddedOnly(request);
  if (only !== undefined) throw new UserError(`${only} is for the embedded cluster, and --cluster k3s brings another`, [`leave one of them out: ${only}, or --cluster k3s`]);
  const endpoint = endpointOf(context);
  refuseElsewhere(endpoint);
  const engine = await openEngine(endpoint, { signal });
  try {
    const without = await missing(engine, request, bundles, signal);
    if (without !== undefined) throw new UserError(without.why, without.hints);
    return { kind: 'k3s', engine };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Nobody said which: k3s where it can be had without a doubt. */
async function usual(request: DevRequest, context: PluginContext, bundles: string, signal: AbortSignal): Promise<Choice> {
  const embedded = (why?: string): Choice => ({ kind: 'embedded', ...(why === undefined ? {} : { why }) });
  if (embeddedOnly(request) !== undefined) return embedded();
  const endpoint = endpointOf(context);
  if (!isLocal(endpoint) || (endpoint.kind === 'socket' && !endpoint.path.startsWith('\\\\') && !existsSync(endpoint.path))) return embedded();
  let engine: Engine;
  try {
    engine = await openEngine(endpoint, { withinMs: lookMs, signal });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return embedded(isAway(error) ? undefined : error.message);
  }
  try {
    // What a person has there is gone on with.
    const before = !hasK3s(request.stateDir) && existsSync(apiserverFolder(request.stateDir)) ? `${request.stateDir} has an embedded cluster already; one of k3s in Docker: --cluster k3s` : undefined;
    const without = before ?? (await missing(engine, request, bundles, signal))?.why;
    if (without === undefined) return { kind: 'k3s', engine };
    await engine.close();
    return embedded(before ?? `Docker answers, but ${without}`);
  } catch (error) {
    await engine.close();
    if (error instanceof EngineError) return embedded(error.message);
    throw error;
  }
}

/** Connects to the engine where k3s is chosen. `bundles`: where the archives of our images may be. */
export async function chooseCluster(request: DevRequest, context: PluginContext, bundles: string, signal: AbortSignal): Promise<Choice> {
  if (request.cluster === 'k3s') return asked(request, context, bundles, signal);
  return request.cluster === 'embedded' ? { kind: 'embedded' } : usual(request, context, bundles, signal);
}
