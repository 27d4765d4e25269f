// One real cluster for all of an end-to-end test: engine, node, and the commands that a person runs against it.
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ImageName } from '../../../operator/install/names.ts';
import { putArchive } from '../../../plugin/dev/docker/containers.ts';
import { packTar } from '../../../plugin/dev/docker/tar.ts';
import type { Executed } from '../../../plugin/dev/docker/exec.ts';
import { openDocker } from '../../support/docker.ts';
import { imageArchive } from '../../support/images.ts';
import { nodeName, openNode, type TestNode } from '../../support/node.ts';
import { lacksNodeImage } from '../../support/node-image.ts';
import { Home, plugin, type Output } from '../session.ts';

export interface Cluster extends TestNode {
  /** A process in the network of the engine. */
  readonly pid: number;
  kubectl(...args: readonly string[]): Promise<Output>;
  clrk(...args: readonly string[]): Promise<Output>;
  /** File names of our images' archives, in the node's folder of images. */
  readonly archives: { readonly [name in ImageName]: string };
  /** Writes a file that is gone with the cluster, and answers its path. */
  file(name: string, content: string): string;
  /** Puts a file onto the node. */
  put(entry: { readonly folder: string; readonly path: string; readonly bytes: Buffer; readonly uid: number; readonly gid: number }): Promise<void>;
}

/** Why there is none here; undefined: there can be. */
export const lacking = lacksNodeImage;

export async function openCluster(): Promise<Cluster | undefined> {
  const [operator, proxy, sandbox] = await Promise.all([imageArchive('operator'), imageArchive('proxy'), imageArchive('sandbox')]);
  const docker = await openDocker();
  if (!docker) return undefined;
  const home = new Home();
  const close = async (): Promise<void> => {
    await docker.stop();
    home.remove();
  };
  try {
    const node = await openNode({ engine: docker.engine, pid: docker.pid, images: [operator, proxy, sandbox] });
    const env = { KUBECONFIG: node.kubeconfig };
    return {
      ...node,
      pid: docker.pid,
      kubectl: (...args) => home.command('kubectl', args, env),
      clrk: (...args) => home.command(plugin, args, env),
      archives: { operator: basename(operator), proxy: basename(proxy), sandbox: basename(sandbox) },
      file: (name, content) => {
        const path = join(home.path, name);
        writeFileSync(path, content, { mode: 0o600 });
        return path;
      },
      put: ({ folder, ...entry }) => putArchive(docker.engine, nodeName, { folder, archive: packTar([entry]) }),
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
