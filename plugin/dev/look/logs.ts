// What the components of a session with its cluster in Docker write, for another process.
import type { Kube } from '../../../operator/kube/kube.ts';
import { pods } from '../../../operator/kube/resources.ts';
import { UserError } from '../../exit.ts';
import { Lines, readableLine } from '../child-line.ts';
import { containerLogs } from '../docker/containers.ts';
import { inOrder } from '../k3s/pod-row.ts';
import { podLog } from '../k3s/pod-logs.ts';
import { operatorPods, workerPods } from '../k3s/pods-feed.ts';
import type { Site } from '../k3s/site.ts';

export interface LogWish {
  readonly tail: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

export interface Source {
  readonly name: string;
  readonly read: (wish: LogWish) => AsyncIterable<string>;
}

async function* containerText({ engine, names }: Site, wish: LogWish): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const { bytes } of containerLogs(engine, names.container, wish)) yield decoder.decode(bytes, { stream: true });
}

/** Everything that can be read now. */
export async function sources(site: Site, kube: Kube | undefined, namespace: string): Promise<readonly Source[]> {
  const node: Source = { name: site.names.container, read: (wish) => containerText(site, wish) };
  if (!kube) return [node];
  const groups = await Promise.all([operatorPods, workerPods(namespace)].map(async ({ roles, ...group }) => {
    const { items } = await kube.list(pods, group);
    return inOrder(items).flatMap((pod, number) => roles.map(({ container, row }): Source => ({ name: row(number), read: (wish) => podLog(kube, { namespace: group.namespace, pod: pod.metadata.name, container }, wish) })));
  }));
  return [node, ...groups.flat()];
}

/** Those of one component, or all. */
export function chosen(all: readonly Source[], name: string | undefined): readonly Source[] {
  if (name === undefined) return all;
  const found = all.filter((source) => source.name === name);
  if (found.length > 0) return found;
  throw new UserError(`there is no component ${name}`, [`components that can be read: ${all.map((source) => source.name).join(', ')}`]);
}

/** Prints each source's lines, with its name before them where there are several. One that cannot be read is told and left out. */
export async function printLogs(from: readonly Source[], wish: LogWish, print: (line: string) => void, warn: (line: string) => void): Promise<void> {
  await Promise.all(from.map(async (source) => {
    const prefix = from.length > 1 ? `[${source.name}] ` : '';
    const lines = new Lines((line) => print(`${prefix}${readableLine(line).text}`));
    try {
      for await (const text of source.read(wish)) lines.take(text);
      lines.end();
    } catch (error) {
      if (!wish.signal.aborted) warn(`${source.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }));
}
