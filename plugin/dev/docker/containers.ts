// Containers of a Docker engine: make, look at, start, stop, remove, wait for, read and write files of.
import type { Readable } from 'node:stream';
import { wholeBody, type Engine } from './engine.ts';
import { EngineError, isAbsent } from './errors.ts';
import { pieces, type Piece } from './streams.ts';

export interface PortBinding {
  readonly HostIp?: string;
  readonly HostPort?: string;
}

/** What is read of the engine's long answer. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly Created: string;
  readonly Image: string;
  readonly State: {
    readonly Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly OOMKilled?: boolean;
    readonly Error: string;
    readonly StartedAt: string;
  };
  readonly Config: { readonly Labels?: Readonly<Record<string, string>> | null; readonly Image: string };
  readonly NetworkSettings: {
    readonly Ports?: Readonly<Record<string, readonly PortBinding[] | null>> | null;
    readonly Networks?: Readonly<Record<string, { readonly NetworkID?: string; readonly Gateway?: string; readonly IPAddress?: string }>> | null;
  };
}

const at = (name: string): string => `/containers/${encodeURIComponent(name)}`;
const withSignal = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } => (signal ? { signal } : {});

/** Whatever listens there may answer anything: what is read without a further look has to be there. */
const isContainer = (found: Partial<Container> | undefined): found is Container =>
  typeof found?.Id === 'string' && typeof found.State?.Running === 'boolean' && typeof found.Config === 'object' && typeof found.NetworkSettings === 'object';

/** Undefined when there is no such container. */
export async function inspectContainer(engine: Engine, name: string, signal?: AbortSignal): Promise<Container | undefined> {
  try {
    const doing = `looking at container ${name}`;
    const found = await engine.ask<Container | undefined>({ path: `${at(name)}/json`, doing, ...withSignal(signal) });
    if (isContainer(found)) return found;
    throw new EngineError(`${doing}: the engine answered with something else`, { status: 0 });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The new container's id. `body` is the engine's own form of a container. */
export async function createContainer(engine: Engine, name: string, body: object, signal?: AbortSignal): Promise<string> {
  const { Id } = await engine.ask<{ readonly Id: string }>({ method: 'POST', path: '/containers/create', query: { name }, json: body, doing: `creating container ${name}`, answerMs: 60_000, ...withSignal(signal) });
  return Id;
}

/** Does nothing to one that runs. */
export async function startContainer(engine: Engine, name: string, signal?: AbortSignal): Promise<void> {
  await engine.ask({ method: 'POST', path: `${at(name)}/start`, doing: `starting container ${name}`, answerMs: 60_000, ...withSignal(signal) });
}

/** Tells it to stop and kills it after the grace. False when it is not there. */
export async function stopContainer(engine: Engine, name: string, { graceSeconds }: { readonly graceSeconds: number }): Promise<boolean> {
  try {
    await engine.ask({ method: 'POST', path: `${at(name)}/stop`, query: { t: graceSeconds }, doing: `stopping container ${name}`, answerMs: (graceSeconds + 30) * 1000 });
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

export async function killContainer(engine: Engine, name: string): Promise<void> {
  await engine.ask({ method: 'POST', path: `${at(name)}/kill`, doing: `killing container ${name}` });
}

/** With its anonymous volumes. False when it was not there. */
export async function removeContainer(engine: Engine, name: string): Promise<boolean> {
  try {
    await engine.ask({ method: 'DELETE', path: at(name), query: { force: true, v: true }, doing: `removing container ${name}`, answerMs: 60_000 });
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Resolves with the exit code when it runs no more. */
export async function waitContainer(engine: Engine, name: string, signal?: AbortSignal): Promise<number> {
  const { StatusCode } = await engine.ask<{ readonly StatusCode: number }>({ method: 'POST', path: `${at(name)}/wait`, doing: `waiting for container ${name}`, answerMs: 0, quietMs: 0, ...withSignal(signal) });
  return StatusCode;
}

export interface LogOptions {
  readonly follow?: boolean;
  /** Lines from the end; absent: all. */
  readonly tail?: number;
  /** Seconds since 1970. */
  readonly since?: number;
  readonly signal?: AbortSignal;
}

/** What it wrote; with `follow` without an end, until it stops or the signal aborts. */
export async function* containerLogs(engine: Engine, name: string, { follow = false, tail, since, signal }: LogOptions = {}): AsyncGenerator<Piece> {
  const query = { stdout: true, stderr: true, follow, tail: tail ?? 'all', since };
  const { body } = await engine.open({ path: `${at(name)}/logs`, query, doing: `reading the output of container ${name}`, quietMs: follow ? 0 : 30_000, ...withSignal(signal) });
  try {
    yield* pieces(body);
  } finally {
    body.on('error', () => undefined).destroy();
  }
}

/** Unpacks a tar archive in a folder of the container, which may be stopped; the folder must exist. */
export async function putArchive(engine: Engine, name: string, { folder, archive, signal }: { readonly folder: string; readonly archive: Buffer | Readable; readonly signal?: AbortSignal }): Promise<void> {
  await engine.ask({ method: 'PUT', path: `${at(name)}/archive`, query: { path: folder }, archive, doing: `writing into ${folder} of container ${name}`, answerMs: 300_000, ...withSignal(signal) });
}

/** A file or folder of the container as a tar archive; undefined when there is none. */
export async function getArchive(engine: Engine, name: string, { path, limit = 4 << 20, signal }: { readonly path: string; readonly limit?: number; readonly signal?: AbortSignal }): Promise<Buffer | undefined> {
  const doing = `reading ${path} of container ${name}`;
  try {
    const { body } = await engine.open({ path: `${at(name)}/archive`, query: { path }, doing, ...withSignal(signal) });
    return await wholeBody(body, doing, limit);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
