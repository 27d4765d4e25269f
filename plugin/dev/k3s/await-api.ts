// Waits until the cluster's API server serves, and takes the administrator's kubeconfig out of the container.
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { connect } from '../../../operator/kube/connect.ts';
import { containerLogs, getArchive, inspectContainer, type Container } from '../docker/containers.ts';
import type { Engine } from '../docker/engine.ts';
import { firstFile } from '../docker/tar.ts';
import { UserError } from '../../exit.ts';
import { localKubeconfig } from '../../kubeconfig.ts';
import { writeKubeconfig, type KubeconfigContent } from '../kubeconfig.ts';
import { apiPort, kubeconfigInside } from './names.ts';
import type { Site } from './site.ts';
import { join } from 'node:path';

const pauseMs = 250;
const withinMs = 180_000;
const wordsToldOf = 8;
const mostWords = 1 << 18;

type Credentials = Pick<KubeconfigContent, 'authority' | 'client'>;

/** What k3s writes, of which only the keys are taken; undefined while it is not whole. */
export function credentialsOf(text: string): Credentials | undefined {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 10 });
  } catch {
    return undefined;
  }
  const config = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly clusters?: readonly { readonly cluster?: Readonly<Record<string, unknown>> }[];
    readonly users?: readonly { readonly user?: Readonly<Record<string, unknown>> }[];
  };
  const pem = (found: unknown): string | undefined => (typeof found === 'string' && found !== '' ? Buffer.from(found, 'base64').toString('utf8') : undefined);
  const authority = pem(config.clusters?.[0]?.cluster?.['certificate-authority-data']);
  const certificate = pem(config.users?.[0]?.user?.['client-certificate-data']);
  const key = pem(config.users?.[0]?.user?.['client-key-data']);
  return authority === undefined || certificate === undefined || key === undefined ? undefined : { authority, client: { certificate, key } };
}

/** The last lines that a container wrote, for the words of an error. */
export async function lastWords(engine: Engine, name: string): Promise<readonly string[]> {
  const chunks: Buffer[] = [];
  try {
    let length = 0;
    for await (const { bytes } of containerLogs(engine, name, { tail: wordsToldOf })) {
      length += bytes.length;
      // A line may be as long as whoever writes it likes.
      if (length > mostWords) break;
      chunks.push(bytes);
    }
  } catch {
    // Why it stopped is told without them.
  }
  return Buffer.concat(chunks).toString('utf8').split('\n').filter((line) => line.trim() !== '').slice(-wordsToldOf);
}

export async function stopped({ engine, names }: Site, container: Container | undefined): Promise<UserError> {
  if (!container) return new UserError(`container ${names.container} was removed while it was starting`, ['run dev again']);
  const { ExitCode, OOMKilled, Error: why } = container.State;
  const how = OOMKilled === true ? 'the memory was used up' : why === '' ? `exit ${ExitCode}` : why;
  return new UserError(`container ${names.container} stopped before its API server served (${how})`, [`all that it wrote: docker logs ${names.container}`, 'another image: --k3s-image IMAGE; without Docker: --cluster embedded'], { lines: (await lastWords(engine, names.container)).map((line) => `${names.container}: ${line}`) });
}

async function serves(file: string): Promise<boolean> {
  const { kube } = await connect({ kubeconfig: file });
  try {
    const { status, body } = await kube.request('GET', '/readyz', { answerTimeoutMs: 5000 });
    for await (const _chunk of body) continue;
    return status === 200;
  } catch {
    // Not yet.
    return false;
  } finally {
    kube.close();
  }
}

/** Writes both kubeconfigs: for this machine, and for containers of the cluster's network. Returns when the first one works. */
export async function awaitApi(site: Site, port: number, { progress, signal }: { readonly progress: (text: string) => void; readonly signal: AbortSignal }): Promise<string> {
  const { engine, names, owner } = site;
  const host = localKubeconfig(owner.stateDir);
  const until = performance.now() + withinMs;
  progress('the API server is starting');
  for (let told = ''; performance.now() < until; await sleep(pauseMs, undefined, { signal })) {
    const container = await inspectContainer(engine, names.container, signal);
    if (!container?.State.Running) throw await stopped(site, container);
    const archive = await getArchive(engine, names.container, { path: kubeconfigInside, limit: 1 << 20, signal });
    const text = (archive && firstFile(archive)?.toString('utf8')) ?? '';
    const found = credentialsOf(text);
    if (!found) continue;
    if (text !== told) {
      told = text;
      const named = { ...found, name: names.network };
      writeKubeconfig(host, { ...named, server: `https://localhost:${port}` });
      writeKubeconfig(join(owner.stateDir, 'kubeconfig'), { ...named, server: `https://${names.container}:${apiPort}` });
    }
    if (await serves(host)) return host;
  }
  throw new UserError(`the API server of ${names.container} did not serve within ${withinMs / 1000} s`, [`look at what it wrote: docker logs ${names.container}`], { lines: (await lastWords(engine, names.container)).map((line) => `${names.container}: ${line}`) });
}
