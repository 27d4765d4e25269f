// A cluster and a home for tests of an installation: commands of ours, commands of kubectl, and everything that is in the cluster.
import type { ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type ClusterKind, type TestCluster } from '../../support/cluster.ts';
import { hear, type Heard } from '../../support/transcript.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Rig extends TestCluster {
  readonly home: string;
  /** `install --yes` runs `kubectl clrk install --yes` with the administrator's kubeconfig, or another. */
  readonly clrk: (line: string, options?: { readonly kubeconfig?: string; readonly interruption?: AbortSignal }) => Promise<Heard>;
  readonly kubectl: (args: readonly string[], input?: string) => Promise<Ran>;
  /** Kind, namespace, name and uid of everything but events. */
  readonly everything: () => Promise<readonly string[]>;
  /** A kubeconfig of the same server for somebody else. */
  readonly kubeconfigWith: (name: string, change: { readonly user?: object; readonly cluster?: object }) => string;
}

const lines = (text: string): readonly string[] => text.split('\n').filter(Boolean);

async function program(args: readonly string[], env: Readonly<Record<string, string>>, input: string): Promise<Ran> {
  const child = spawn('kubectl', args, { env: { PATH: process.env['PATH'] ?? '', ...env } });
  const [stdout, stderr] = [child.stdout.setEncoding('utf8').toArray(), child.stderr.setEncoding('utf8').toArray()];
  child.stdin.on('error', () => undefined).end(input);
  const code = await new Promise<number>((resolve) => { child.on('close', (status) => resolve(status ?? -1)); });
  return { code, stdout: (await stdout).join(''), stderr: (await stderr).join('') };
}

export async function rig(t: ExecutionContext, kind: ClusterKind = 'real'): Promise<Rig> {
  const home = mkdtempSync(join(tmpdir(), 'clrk-install-'));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  const cluster = await startCluster(t, { kind, installed: false, kubeconfig: join(home, 'config') });
  const kubectl: Rig['kubectl'] = (args, input = '') => program(args, { KUBECONFIG: cluster.kubeconfig, HOME: home }, input);
  const clrk: Rig['clrk'] = (line, { kubeconfig = cluster.kubeconfig, interruption } = {}) => hear(`kubectl clrk ${line}`, { home, env: { KUBECONFIG: kubeconfig }, ...(interruption ? { interruption } : {}) });
  const everything: Rig['everything'] = async () => {
    const kinds = lines((await kubectl(['api-resources', '--verbs=list', '-o', 'name'])).stdout).filter((name) => !name.startsWith('events') && name !== 'componentstatuses');
    const { stdout } = await kubectl(['get', kinds.join(','), '-A', '-o', String.raw`jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.uid}{"\n"}{end}`]);
    return lines(stdout).toSorted();
  };
  const kubeconfigWith: Rig['kubeconfigWith'] = (name, { user, cluster: changed = {} }) => {
    const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: { user: object }[]; clusters: { cluster: object }[] };
    const file = join(home, name);
    writeFileSync(file, JSON.stringify({ ...config, users: config.users.map((one) => ({ ...one, user: user ?? one.user })), clusters: config.clusters.map((one) => ({ ...one, cluster: { ...one.cluster, ...changed } })) }));
    return file;
  };
  return { ...cluster, home, clrk, kubectl, everything, kubeconfigWith };
}

/** `namespace/clrk created` counted by the last word. */
export function outcomes({ stdout }: Ran): Readonly<Record<string, number>> {
  const words = lines(stdout).map((line) => line.split(' ').at(-1) ?? '');
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
}

export const written = (home: string, name: string, text: string): string => {
  const file = join(home, name);
  writeFileSync(file, text);
  return file;
};
