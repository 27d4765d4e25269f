// The embedded API server beside a real kube-apiserver with etcd, in one run: start, durable writes, lists, watches, memory.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../operator/kube/connect.ts';
import { writeKubeconfig } from '../../plugin/dev/kubeconfig.ts';
import { openPki } from '../../plugin/dev/pki.ts';
import type { Assets } from '../kubernetes/assets.ts';
import { startReal } from '../kubernetes/real.ts';
import { startEmbedded } from '../support/embedded.ts';
import { install } from '../support/install.ts';
import { agentOf, agentsPath, Client, rate, type Target } from './load.ts';
import { watchers } from './watchers.ts';

export type Figures = ReadonlyMap<string, number>;

interface Started extends Target {
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

const bundle = join(import.meta.dirname, '../../../dist/apiserver.js');
const objects = 10_000;

/** What each figure is, its unit, whether more is better, and the target for embedded divided by real. */
export const measured: readonly { readonly name: string; readonly unit: string; readonly target?: string }[] = [
  { name: 'start to ready', unit: 'ms', target: '≤ 0.1' },
  { name: 'resident memory, our kinds installed', unit: 'MB', target: '≤ 0.5' },
  { name: 'durable creates, 1 client', unit: '/s', target: '≥ 1' },
  { name: 'durable creates, 32 clients', unit: '/s' },
  { name: 'durable updates by merge patch, 1 client', unit: '/s', target: '≥ 1' },
  { name: 'durable updates by merge patch, 32 clients', unit: '/s' },
  { name: 'list of 10,000 agents of 2 KB, lists', unit: '/s', target: '≥ 1' },
  { name: 'the same, gzip', unit: '/s' },
  { name: 'resident memory with 10,000 agents of 2 KB', unit: 'MB', target: '≤ 0.5' },
  { name: '1,000 watchers, 100 changes a second asked for: events delivered', unit: '/s' },
  { name: 'the same: from write to last watcher, median', unit: 'ms' },
  { name: 'the same: CPU of the server for 100,000 events', unit: 's' },
];

/** Resident memory of processes together, in MB. */
function resident(pids: readonly number[]): number {
  const kilobytes = (pid: number): number => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);
  return pids.reduce((sum, pid) => sum + kilobytes(pid), 0) / 1024;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function start(kind: 'embedded' | 'real', assets: Assets, folder: string): Promise<Started> {
  const pki = openPki(folder, new Date());
  if (kind === 'real') {
    const { server, processes, stop } = await startReal({ assets, folder, pki, durable: true });
    return { server, pki, pids: processes().flatMap(({ pid }) => pid ?? []), stop };
  }
  const { server, process, stop } = await startEmbedded({ folder, pki, program: bundle });
  return { server, pki, pids: [process().pid ?? 0], stop };
}

/** Every figure of one server; a fresh store each time. */
export async function measure(kind: 'embedded' | 'real', assets: Assets): Promise<Figures> {
  const figures = new Map<string, number>();
  const starts: number[] = [];
  for (let round = 0; round < 3; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'clrk-bench-'));
    const began = performance.now();
    const started = await start(kind, assets, folder);
    starts.push(performance.now() - began);
    if (round === 2) await load(started, folder, figures);
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return figures.set('start to ready', median(starts));
}

async function load(started: Started, folder: string, figures: Map<string, number>): Promise<void> {
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, { name: 'bench', server: started.server, authority: started.pki.authority.certificate, client: started.pki.admin });
  const { kube } = await connect({ kubeconfig });
  await install(kube);
  kube.close();
  figures.set('resident memory, our kinds installed', resident(started.pids));
  const client = new Client(started, 32);
  const must = async (asked: Promise<{ readonly status: number }>): Promise<void> => {
    const { status } = await asked;
    if (status > 299) throw new Error(`the server answered ${status}`);
  };
  const name = (number: number): string => `agent-${String(number).padStart(6, '0')}`;
  const create = (from: number) => (number: number) => must(client.send('POST', agentsPath, agentOf(name(from + number), 'new')));
  const patch = { 'content-type': 'application/merge-patch+json' };
  const update = (round: string) => (number: number) => must(client.send('PATCH', `${agentsPath}/${name(number)}`, { metadata: { annotations: { 'bench.example.com/note': `${round} ${number}` } } }, patch));
  await rate(200, 4, create(0));
  figures.set('durable creates, 1 client', await rate(1000, 1, create(200)));
  figures.set('durable creates, 32 clients', await rate(objects - 1200, 32, create(1200)));
  figures.set('durable updates by merge patch, 1 client', await rate(1000, 1, update('alone')));
  figures.set('durable updates by merge patch, 32 clients', await rate(3000, 32, update('together')));
  figures.set('list of 10,000 agents of 2 KB, lists', await rate(10, 1, () => must(client.send('GET', agentsPath))));
  figures.set('the same, gzip', await rate(5, 1, () => must(client.send('GET', agentsPath, undefined, { 'accept-encoding': 'gzip' }))));
  figures.set('resident memory with 10,000 agents of 2 KB', resident(started.pids));
  const seen = await watchers(started, client, { watchers: 1000, changes: 200, perSecond: 100, pids: started.pids });
  figures.set('1,000 watchers, 100 changes a second asked for: events delivered', seen.perSecond);
  figures.set('the same: from write to last watcher, median', seen.delayMs);
  figures.set('the same: CPU of the server for 100,000 events', seen.cpuSeconds);
  client.close();
}
