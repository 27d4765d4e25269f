// One real cluster for all of an end-to-end test: engine, node, and the commands that a person runs against it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Executed } from '../../plugin/dev/docker/exec.ts';
import { openDocker } from '../support/docker.ts';
import { imageArchive } from '../support/images.ts';
import { openNode, type TestNode } from '../support/node.ts';
import { lacksNodeImage } from '../support/node-image.ts';
import { Home, plugin, type Output } from './session.ts';

export interface Cluster extends TestNode {
  /** A process in the network of the engine. */
  readonly pid: number;
  kubectl(...args: readonly string[]): Promise<Output>;
  clrk(...args: readonly string[]): Promise<Output>;
}

/** Why there is none here; undefined: there can be. */
export const lacking = lacksNodeImage;

export async function openCluster(): Promise<Cluster | undefined> {
  const images = await Promise.all((['operator', 'proxy', 'sandbox'] as const).map((name) => imageArchive(name)));
  const docker = await openDocker();
  if (!docker) return undefined;
  const home = new Home();
  const close = async (): Promise<void> => {
    await docker.stop();
    home.remove();
  };
  try {
    const node = await openNode({ engine: docker.engine, pid: docker.pid, images });
    const env = { KUBECONFIG: node.kubeconfig };
    return {
      ...node,
      pid: docker.pid,
      kubectl: (...args) => home.command('kubectl', args, env),
      clrk: (...args) => home.command(plugin, args, env),
      stop: async () => {
        await node.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Asks until the answer is there; what was said last is in the error. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, withinMs = 120_000, last: () => string | Promise<string> = () => ''): Promise<T> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(250)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`${what} did not come about within ${withinMs / 1000} s\n${await last()}`);
}

/** The output, where the command went well. */
export function said({ code, stdout, stderr }: Output | Executed): string {
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}
