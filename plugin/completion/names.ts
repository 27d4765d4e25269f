// Asks the kubeconfig and the cluster which names there are: names alone, never what is in the objects, and nothing is kept.
import { readFileSync, statSync } from 'node:fs';
import { delimiter } from 'node:path';
import { parse } from 'yaml';
import { collectionPath } from '../../operator/kube/client.ts';
import type { Resource } from '../../operator/kube/kube.ts';
import { daemonAgents, namespaces, secrets } from '../../operator/kube/resources.ts';
import { readText } from '../../operator/kube/transport.ts';
import { filesOf, openCluster, type ClusterFlags } from '../cluster.ts';
import type { Surroundings } from '../kubeconfig.ts';
import type { Source } from './sources.ts';

/** More names than a person picks from; a list of the largest clusters ends here. */
const most = 1000;
const maxAnswerBytes = 16 * 1024 * 1024;
const maxKubeconfigBytes = 4 * 1024 * 1024;

const resources: Readonly<Record<Extract<Source, { from: 'cluster' }>['what'], { readonly resource: Resource; readonly kind?: string }>> = {
  agents: { resource: daemonAgents, kind: 'daemonagent' },
  secrets: { resource: secrets },
  namespaces: { resource: namespaces },
};

/** Throws what goes wrong; the caller keeps silent about it. */
export async function namesOf(source: Extract<Source, { from: 'cluster' | 'kubeconfig' }>, written: string, flags: ClusterFlags, world: Surroundings & { readonly signal: AbortSignal }): Promise<readonly string[]> {
  if (source.from === 'kubeconfig') return contexts(flags, world);
  const { resource, kind } = resources[source.what];
  const names = await objectNames(resource, flags, world);
  if (kind === undefined) return names;
  // `daemonagent/NAME`, as kubectl prints it, is taken too.
  if (written.startsWith(`${kind}/`)) return names.map((name) => `${kind}/${name}`);
  return written === '' ? names : [...names, `${kind}/`];
}

async function objectNames(resource: Resource, flags: ClusterFlags, world: Surroundings & { readonly signal: AbortSignal }): Promise<readonly string[]> {
  const { kube, namespace } = await openCluster(flags, world);
  try {
    const answer = await kube.request('GET', collectionPath(resource, namespace), {
      query: { limit: String(most) }, signal: world.signal,
      headers: { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' },
    });
    const { items } = JSON.parse(await readText(kube.server, answer, maxAnswerBytes)) as { readonly items?: readonly { readonly metadata?: { readonly name?: unknown } }[] };
    return (items ?? []).map(({ metadata }) => metadata?.name).filter((name) => typeof name === 'string');
  } finally {
    kube.close();
  }
}

function contexts(flags: ClusterFlags, world: Surroundings): readonly string[] {
  return (filesOf(flags, world) ?? '').split(delimiter).filter(Boolean).flatMap((file) => {
    if (statSync(file).size > maxKubeconfigBytes) return [];
    const config = parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 }) as { readonly contexts?: readonly { readonly name?: unknown }[] } | null;
    return (Array.isArray(config?.contexts) ? config.contexts : []).map(({ name }) => name).filter((name) => typeof name === 'string');
  });
}
