// A real Kubernetes node in a container of a real Docker engine, for tests: reached by a kubeconfig of this machine, gone with all it made.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../operator/kube/connect.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { containerLogs, createContainer, inspectContainer, putArchive, removeContainer, startContainer } from '../../plugin/dev/docker/containers.ts';
import type { Engine } from '../../plugin/dev/docker/engine.ts';
import { execInContainer, type Executed } from '../../plugin/dev/docker/exec.ts';
import { packTar } from '../../plugin/dev/docker/tar.ts';
import { namedCapabilities } from '../../plugin/dev/k3s/capabilities.ts';
import { importNodeImage } from './node-image.ts';
import { openTunnel } from './tunnel.ts';

export interface TestNode {
  readonly kube: Kube;
  /** An administrator's. */
  readonly kubeconfig: string;
  /** Of this machine, as pods reach it: an address of the engine's bridge. */
  readonly gateway: string;
  /** Of the node in the engine's network. */
  readonly address: string;
  run(...command: readonly string[]): Promise<Executed>;
  stop(): Promise<void>;
}

export interface NodeOptions {
  readonly engine: Engine;
  /** A process in the engine's network; undefined: it is ours. */
  readonly pid?: number;
  /** Archives of images that the node takes in when it starts. */
  readonly images?: readonly string[];
}

/** Of the container and of the node. */
export const nodeName = 'clrk-test-node';
const port = 6443;
const startMs = 120_000;

/** Rights by name: an engine that is itself confined can give no privileged container. */
const hostConfig = {
  Init: true,
  CapAdd: namedCapabilities(true),
  SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
  MaskedPaths: [],
  ReadonlyPaths: [],
  DeviceCgroupRules: ['a *:* rwm'],
  Tmpfs: { '/run': '', '/var/run': '' },
};

async function logs(engine: Engine, name: string): Promise<string> {
  let text = '';
  for await (const { bytes } of containerLogs(engine, name, { tail: 40 })) text += bytes.toString('utf8');
  return text;
}

/** The kubeconfig that it wrote, as soon as the API server serves. */
async function served(engine: Engine, name: string): Promise<string> {
  for (const until = Date.now() + startMs; Date.now() < until; await sleep(200)) {
    const state = (await inspectContainer(engine, name))?.State;
    if (state?.Running !== true) throw new Error(`the node ended:\n${await logs(engine, name)}`);
    const ready = await execInContainer(engine, name, ['kubectl', '--kubeconfig', '/output/kubeconfig.yaml', 'get', 'serviceaccount', 'default']).catch(() => undefined);
    // The account is made a moment after the namespace, and no pod starts without.
    if (ready?.code === 0) return (await execInContainer(engine, name, ['cat', '/output/kubeconfig.yaml'])).stdout;
  }
  throw new Error(`the node does not serve:\n${await logs(engine, name)}`);
}

/** Answers when its API server serves; its pods come up after that. */
export async function openNode({ engine, pid, images = [] }: NodeOptions): Promise<TestNode> {
  const name = nodeName;
  const image = await importNodeImage(engine);
  await createContainer(engine, name, { Hostname: name, Image: image, Cmd: ['server', '--tls-san', 'localhost'], Env: ['K3S_KUBECONFIG_OUTPUT=/output/kubeconfig.yaml'], HostConfig: hostConfig });
  const folder = mkdtempSync(join(tmpdir(), 'clrk-node-'));
  const closing: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true }), () => removeContainer(engine, name)];
  const stop = async (): Promise<void> => {
    for (const close of closing.toReversed()) await close();
  };
  try {
    for (const file of images) await putArchive(engine, name, { folder: '/', archive: packTar([{ path: `var/lib/rancher/k3s/agent/images/${basename(file)}`, bytes: readFileSync(file), mode: 0o644 }]) });
    await startContainer(engine, name);
    const written = await served(engine, name);
    const { IPAddress: address, Gateway: gateway } = (await engine.ask<{ readonly NetworkSettings: { readonly IPAddress: string; readonly Gateway: string } }>({ path: `/containers/${name}/json`, doing: 'looking at the node' })).NetworkSettings;
    const tunnel = await openTunnel({ host: '127.0.0.1', port: 0 }, { ...(pid === undefined ? {} : { pid }), host: address, port });
    closing.push(() => tunnel.close());
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, written.replace(`https://127.0.0.1:${port}`, `https://127.0.0.1:${tunnel.port}`), { mode: 0o600 });
    const { kube } = await connect({ kubeconfig });
    closing.push(async () => kube.close());
    return { kube, kubeconfig, gateway, address, run: (...command) => execInContainer(engine, name, command), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
