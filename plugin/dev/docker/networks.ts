// Networks and volumes of a Docker engine: made where they are missing, looked at, removed.
import type { Engine } from './engine.ts';
import { EngineError, isAbsent } from './errors.ts';

export interface Network {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly IPAM: { readonly Config?: readonly { readonly Subnet?: string; readonly Gateway?: string }[] | null };
  readonly Labels?: Readonly<Record<string, string>> | null;
}

export interface Volume {
  readonly Name: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

async function orAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export async function inspectNetwork(engine: Engine, name: string): Promise<Network | undefined> {
  const doing = `looking at network ${name}`;
  const found = await orAbsent(engine.ask<Partial<Network> | undefined>({ path: `/networks/${encodeURIComponent(name)}`, doing }).then((network) => network ?? {}));
  if (found === undefined) return undefined;
  const { Id, Name = name, Driver = '', IPAM, Labels = null } = found;
  if (typeof Id !== 'string' || typeof IPAM !== 'object' || IPAM === null) throw new EngineError(`${doing}: the engine answered with something else`, { status: 0 });
  return { Id, Name, Driver, IPAM, Labels };
}

export async function createNetwork(engine: Engine, name: string, body: object): Promise<void> {
  await engine.ask({ method: 'POST', path: '/networks/create', json: { Name: name, CheckDuplicate: true, ...body }, doing: `creating network ${name}` });
}

/** False when it was not there. */
export const removeNetwork = async (engine: Engine, name: string): Promise<boolean> =>
  (await orAbsent(engine.ask({ method: 'DELETE', path: `/networks/${encodeURIComponent(name)}`, doing: `removing network ${name}` }).then(() => true))) ?? false;

export const inspectVolume = (engine: Engine, name: string): Promise<Volume | undefined> =>
  orAbsent(engine.ask<Volume>({ path: `/volumes/${encodeURIComponent(name)}`, doing: `looking at volume ${name}` }));

export async function createVolume(engine: Engine, name: string, labels: Readonly<Record<string, string>>): Promise<void> {
  await engine.ask({ method: 'POST', path: '/volumes/create', json: { Name: name, Labels: labels }, doing: `creating volume ${name}` });
}

/** False when it was not there. */
export const removeVolume = async (engine: Engine, name: string): Promise<boolean> =>
  (await orAbsent(engine.ask({ method: 'DELETE', path: `/volumes/${encodeURIComponent(name)}`, query: { force: true }, doing: `removing volume ${name}` }).then(() => true))) ?? false;
