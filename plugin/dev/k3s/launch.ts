// Makes what a cluster consists of in the engine and starts it: image, network, volumes, container.
import { existsSync } from 'node:fs';
import { isLocal } from '../docker/endpoint.ts';
import { createContainer, inspectContainer, putArchive, removeContainer, startContainer, type Container } from '../docker/containers.ts';
import { EngineError, isTaken } from '../docker/errors.ts';
import { inspectImage, pullImage } from '../docker/images.ts';
import { createNetwork, createVolume, inspectNetwork, inspectVolume } from '../docker/networks.ts';
import { packTar } from '../docker/tar.ts';
import { freePort } from '../ports.ts';
import { namedCapabilities, refusesPrivilege } from './capabilities.ts';
import { apiPort, commonLabels } from './names.ts';
import { nodeContainer, type Grants } from './node-container.ts';
import type { Site } from './site.ts';

export interface Telling {
  /** The row of the container: what it waits for. */
  readonly progress: (text: string) => void;
  readonly notice: (text: string) => void;
  readonly signal: AbortSignal;
}

/** k3s knows a node by this word, and does not let one in that has the same name and another word: a new container must bring the old one. */
const nodePassword = 'etc/rancher/node/password';

const mebibytes = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(1)} MiB`;

export async function ensureImage({ engine, image }: Site, { progress, notice, signal }: Telling): Promise<void> {
  if (await inspectImage(engine, image, signal)) return;
  notice(`pulling ${image}`);
  await pullImage(engine, image, { tell: ({ done, total }) => progress(`pulling ${image}: ${mebibytes(done)} of ${mebibytes(total)}`), signal });
}

export interface ClusterNetwork {
  readonly id: string;
  readonly subnet: string;
  /** Address of the engine's machine in it; empty where the engine does not say. */
  readonly gateway: string;
}

const ipv4 = (text: string | undefined): boolean => text !== undefined && /^\d+\.\d+\.\d+\.\d+/.test(text);

/** As k3d makes it. */
export async function ensureNetwork({ engine, names, owner }: Site): Promise<ClusterNetwork> {
  if (!(await inspectNetwork(engine, names.network))) {
    await createNetwork(engine, names.network, { Driver: 'bridge', Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'true' }, Labels: commonLabels(names, owner) }).catch((error: unknown) => {
      // Somebody was faster.
      if (!isTaken(error)) throw error;
    });
  }
  const found = await inspectNetwork(engine, names.network);
  const range = found?.IPAM.Config?.find(({ Subnet }) => ipv4(Subnet));
  return { id: found?.Id ?? '', subnet: range?.Subnet ?? '', gateway: range?.Gateway ?? '' };
}

export async function ensureVolumes({ engine, names, owner }: Site): Promise<void> {
  for (const name of [names.stateVolume, names.kubeletVolume]) if (!(await inspectVolume(engine, name))) await createVolume(engine, name, commonLabels(names, owner));
}

export interface Launch {
  readonly network: ClusterNetwork;
  /** Of last time, if there was one. */
  readonly preferredPort: number | undefined;
  /** Runs while the container exists and does not run. */
  readonly beforeStart: () => Promise<void>;
}

export interface Launched {
  /** On 127.0.0.1. */
  readonly port: number;
  /** It ran already. */
  readonly wasRunning: boolean;
}

const portIsTaken = (error: unknown): boolean => error instanceof EngineError && /port is already allocated|address already in use|ports are not available/i.test(error.said);
const attempts = 4;

function portOf(ports: Readonly<Record<string, readonly { readonly HostPort?: string }[] | null>> | null | undefined): number | undefined {
  const port = Number(ports?.[`${apiPort}/tcp`]?.[0]?.HostPort);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

const apiLabel = 'k3d.server.api.port';

/** One that was stopped, with all that it was; false where it cannot be started any more, e.g. since its network was made anew. */
async function startAgain({ engine, names }: Site, found: Container, { beforeStart }: Launch, { signal, progress }: Telling): Promise<number | undefined> {
  const port = Number(found.Config.Labels?.[apiLabel]);
  if (found.State.Status !== 'exited' || !Number.isInteger(port) || (await freePort(port)) !== port) return undefined;
  await beforeStart();
  progress('starting the container');
  try {
    await startContainer(engine, names.container, signal);
    return port;
  } catch (error) {
    if (!(error instanceof EngineError) || error.status === 0) throw error;
    return undefined;
  }
}

/** Starts the container that is there, or makes one. The one that refuses to start for its port or its rights is made anew. */
export async function launch(site: Site, wish: Launch, telling: Telling): Promise<Launched> {
  const { engine, names } = site;
  const found = await inspectContainer(engine, names.container, telling.signal);
  const runningPort = portOf(found?.NetworkSettings.Ports);
  if (found?.State.Running && runningPort !== undefined) return { port: runningPort, wasRunning: true };
  const port = found && (await startAgain(site, found, wish, telling));
  return { port: port ?? (await launchNew(site, wish, telling)), wasRunning: false };
}

async function launchNew(site: Site, { network, preferredPort, beforeStart }: Launch, { signal, notice, progress }: Telling): Promise<number> {
  const { engine, names, owner, image, identity } = site;
  let port = await freePort(preferredPort);
  let grants: Grants = 'privileged';
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    await removeContainer(engine, names.container);
    progress('creating the container');
    await createContainer(engine, names.container, nodeContainer({ names, owner, image, token: identity.token, port, network }, grants, existsSync), signal);
    await putArchive(engine, names.container, { folder: '/', archive: packTar([{ path: nodePassword, bytes: Buffer.from(`${identity.nodePassword}\n`), mode: 0o600 }]), signal });
    await beforeStart();
    progress('starting the container');
    try {
      await startContainer(engine, names.container, signal);
      return port;
    } catch (error) {
      if (attempt >= attempts || !(error instanceof EngineError)) throw error;
      if (grants === 'privileged' && refusesPrivilege(error.said)) {
        grants = namedCapabilities(isLocal(engine.endpoint));
        notice(`the engine cannot give ${names.container} all privileges; it is given ${grants.length} capabilities by name instead`);
      } else if (portIsTaken(error)) {
        port = await freePort(undefined);
      } else throw error;
    }
  }
}
