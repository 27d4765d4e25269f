// An API server of our own for one test, embedded or real: the real process with real certificates on a free port, gone with the test.
import type { ExecutionContext } from 'ava';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../operator/kube/connect.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { writeKubeconfig } from '../../plugin/dev/kubeconfig.ts';
import { openPki } from '../../plugin/dev/pki.ts';
import { wantedAssets } from '../kubernetes/assets.ts';
import { controllers, startReal } from '../kubernetes/real.ts';
import { startEmbedded, type Embedded } from './embedded.ts';
import { install } from './install.ts';

export type ClusterKind = 'embedded' | 'real';

/** Every kind of cluster that this machine can run: what a test that must hold on both is run on. */
export const clusterKinds: readonly ClusterKind[] = wantedAssets() ? ['embedded', 'real'] : ['embedded'];

export interface TestCluster {
  readonly kind: ClusterKind;
  readonly kube: Kube;
  /** An administrator's. */
  readonly kubeconfig: string;
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string;
  /** Of the API server, the present one. */
  process(): ChildProcess;
  /** Kills the API server and starts it again on the same port with the same state. */
  restart(): Promise<void>;
}

export interface ClusterOptions {
  /** Embedded unless said otherwise. */
  readonly kind?: ClusterKind;
  /** Where the kubeconfig is written; else a folder of its own. */
  readonly kubeconfig?: string;
  /** Namespace clrk and our kinds; true unless said otherwise. */
  readonly installed?: boolean;
  /** What the embedded process gets besides, e.g. for the service proxy. */
  readonly env?: Readonly<Record<string, string>>;
  /** What a real one runs beside those controllers that the embedded one has built in. */
  readonly controllers?: readonly string[];
}

/** Starts an API server, waits until it serves, and installs our kinds. */
export async function startCluster(t: ExecutionContext, { kind = 'embedded', installed = true, env = {}, controllers: more = [], ...options }: ClusterOptions = {}): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-cluster-'));
  const pki = openPki(folder, new Date());
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const { server, process, restart, stop } = kind === 'embedded' ? await startEmbedded({ folder, pki, env }) : await real(folder, pki, more);
  t.teardown(stop);
  const kubeconfig = options.kubeconfig ?? join(folder, 'kubeconfig');
  mkdirSync(join(kubeconfig, '..'), { recursive: true });
  writeKubeconfig(kubeconfig, { name: 'test', server, authority: pki.authority.certificate, client: pki.admin });
  const { kube } = await connect({ kubeconfig });
  t.teardown(() => kube.close());
  if (installed) await install(kube);
  return { kind, kube, kubeconfig, server, authority: pki.authority.certificate, process, restart };
}

async function real(folder: string, pki: ReturnType<typeof openPki>, more: readonly string[]): Promise<Embedded> {
  const assets = wantedAssets();
  if (!assets) throw new Error('the programs of a real control plane are missing');
  const { server, apiserver, restart, stop } = await startReal({ assets, folder, pki, controllers: [...controllers, ...more] });
  return { server, process: apiserver, restart, stop };
}
