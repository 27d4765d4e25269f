// An API server of our own for one test: the real process with real certificates on a free port, gone with the test.
import type { ExecutionContext } from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from '../../operator/kube/connect.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { installObjects } from '../../operator/install/objects.ts';
import { crds, resourceOf } from '../../operator/kube/resources.ts';
import { writeKubeconfig } from '../../plugin/dev/kubeconfig.ts';
import { openPki } from '../../plugin/dev/pki.ts';

export interface TestCluster {
  readonly kube: Kube;
  /** An administrator's. */
  readonly kubeconfig: string;
  readonly server: string;
  readonly process: ChildProcess;
}

export interface ClusterOptions {
  /** Where the kubeconfig is written; else a folder of its own. */
  readonly kubeconfig?: string;
  /** Namespace clrk and our kinds; true unless said otherwise. */
  readonly installed?: boolean;
  /** What the process gets besides, e.g. for the service proxy. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts an API server, waits until it serves, and installs our kinds. */
export async function startCluster(t: ExecutionContext, options: ClusterOptions = {}): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-cluster-'));
  const { authority, admin, folder: certificates } = openPki(folder, new Date());
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../plugin/apiserver/main.js')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      CLRK_DATA_DIR: join(folder, 'data'),
      CLRK_LISTEN: '127.0.0.1:0',
      CLRK_TLS_CERT_FILE: join(certificates, 'apiserver.crt'),
      CLRK_TLS_KEY_FILE: join(certificates, 'apiserver.key'),
      CLRK_CLIENT_CA_FILE: join(certificates, 'ca.crt'),
      CLRK_SUPERVISED: '1',
      CLRK_LOG_LEVEL: 'warn',
      ...options.env,
    },
  });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const server = await ready(child);
  const kubeconfig = options.kubeconfig ?? join(folder, 'kubeconfig');
  mkdirSync(join(kubeconfig, '..'), { recursive: true });
  writeKubeconfig(kubeconfig, { name: 'test', server, authority: authority.certificate, client: admin });
  const { kube } = await connect({ kubeconfig });
  t.teardown(() => kube.close());
  if (options.installed ?? true) await install(kube);
  return { kube, kubeconfig, server, process: child };
}

async function ready(child: ChildProcess): Promise<string> {
  const complaints: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk.toString('utf8')));
  if (child.stdout === null) throw new Error('the API server has no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /^READY (\{.*\})$/.exec(line)?.[1];
    if (found !== undefined) return (JSON.parse(found) as { readonly address: string }).address;
  }
  throw new Error(`the API server ended before it served: ${complaints.join('')}`);
}

/** As dev does, then waits until the kinds are served. */
async function install(kube: Kube): Promise<void> {
  for (const object of installObjects()) {
    const resource = resourceOf(object);
    if (resource !== undefined) await kube.apply(resource, object, { fieldManager: 'clrk-test', force: true });
  }
  const established = async (): Promise<boolean> => {
    const { items } = await kube.list(crds);
    const conditions = (item: unknown): readonly { readonly type: string; readonly status: string }[] => (item as { status?: { conditions?: [] } }).status?.conditions ?? [];
    return items.length > 0 && items.every((item) => conditions(item).some(({ type, status }) => type === 'Established' && status === 'True'));
  };
  for (let tries = 0; !(await established()); tries++) {
    if (tries > 100) throw new Error('the definitions of our kinds were not established');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
