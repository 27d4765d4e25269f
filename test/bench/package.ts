// The single executable beside kubectl: how long a person waits for each, in turns, and how large the archives are.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../operator/kube/connect.ts';
import { writeKubeconfig } from '../../plugin/dev/kubeconfig.ts';
import { openPki } from '../../plugin/dev/pki.ts';
import { manifests } from '../e2e/session.ts';
import { wantedAssets } from '../kubernetes/assets.ts';
import { startReal } from '../kubernetes/real.ts';
import { executableIn, packaged } from '../support/executable.ts';
import { install } from '../support/install.ts';

const rounds = 21;

interface Timed {
  readonly what: string;
  readonly line: readonly [string, ...string[]];
  /** What it is set beside, and how many times as long it may take. */
  readonly beside?: string;
  readonly target?: string;
}

const timed: readonly Timed[] = [
  { what: '`kubectl version --client`', line: ['kubectl', 'version', '--client'] },
  { what: '`kubectl-clrk version --client`', line: ['kubectl-clrk', 'version', '--client'], beside: '`kubectl version --client`', target: '≤ 60 ms' },
  { what: '`kubectl-clrk --help`', line: ['kubectl-clrk', '--help'], beside: '`kubectl version --client`' },
  { what: '`kubectl clrk version --client`', line: ['kubectl', 'clrk', 'version', '--client'], beside: '`kubectl version --client`' },
  { what: '`kubectl get daemonagents echo-bot`', line: ['kubectl', 'get', 'daemonagents', 'echo-bot'] },
  { what: '`kubectl-clrk agents get echo-bot`', line: ['kubectl-clrk', 'agents', 'get', 'echo-bot'], beside: '`kubectl get daemonagents echo-bot`' },
  { what: '`kubectl clrk agents get echo-bot`', line: ['kubectl', 'clrk', 'agents', 'get', 'echo-bot'], beside: '`kubectl get daemonagents echo-bot`', target: '≤ 1.5 ×' },
];

/** Each in turn, so that what else the machine does meets all of them; the first round warms every cache. */
function inTurns(env: NodeJS.ProcessEnv): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>(timed.map(({ what }) => [what, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { what, line: [file, ...args] } of timed) {
      const start = performance.now();
      const { status } = spawnSync(file, args, { env, stdio: 'ignore' });
      if (status !== 0) throw new Error(`${what} ended with ${status}`);
      if (round > 0) found.get(what)?.push(performance.now() - start);
    }
  }
  return found;
}

/** A real API server with our kinds and the first agent, and a kubeconfig as kubectl itself writes it. */
async function realCluster(folder: string): Promise<{ readonly kubeconfig: string; stop(): Promise<void> }> {
  const assets = wantedAssets();
  if (!assets) throw new Error('a real API server is wanted: `npm run kubernetes:assets` builds it');
  const pki = openPki(folder, new Date());
  const { server, stop } = await startReal({ assets, folder, pki });
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, { name: 'bench', server, authority: pki.authority.certificate, client: pki.admin });
  const { kube } = await connect({ kubeconfig });
  await install(kube);
  kube.close();
  const kubectl = (...args: readonly string[]): string => execFileSync('kubectl', ['--kubeconfig', kubeconfig, ...args], { encoding: 'utf8' });
  kubectl('apply', '-f', manifests);
  writeFileSync(kubeconfig, kubectl('config', 'view', '--raw'));
  return { kubeconfig, stop };
}

export async function benchPackage(say: (line: string) => void): Promise<void> {
  const { folder, remove } = await packaged(['linux-x64', 'linux-arm64', 'macos-x64', 'macos-arm64', 'win-x64']);
  const own = mkdtempSync(join(tmpdir(), 'clrk-bench-'));
  const { kubeconfig, stop } = await realCluster(own);
  try {
    const programs = join(own, 'bin');
    mkdirSync(programs);
    symlinkSync(executableIn(folder, 'linux-x64'), join(programs, 'kubectl-clrk'));
    // Without NODE_EXTRA_CA_CERTS, which makes every Node read a second store of certificates.
    const times = inTurns({ PATH: `${programs}:${process.env['PATH'] ?? ''}`, HOME: own, KUBECONFIG: kubeconfig });
    const median = (what: string): number => times.get(what)?.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
    const least = (what: string): number => Math.min(...(times.get(what) ?? []));
    say(`Load of the machine at the end: ${loadavg().map((load) => load.toFixed(1)).join(', ')}`);
    say('');
    say(`| the single executable, whole process, median (least) of ${rounds} in turns | figure | beside kubectl | target |`);
    say('|---|---|---|---|');
    for (const { what, beside, target } of timed) {
      const ratio = beside === undefined ? '' : `${(median(what) / median(beside)).toFixed(2)} × (${(least(what) / least(beside)).toFixed(2)} ×) ${beside}`;
      say(`| ${what} | ${median(what).toFixed(0)} ms (${least(what).toFixed(0)} ms) | ${ratio} | ${target ?? ''} |`);
    }
    say('');
    say('| archive | MB | target |');
    say('|---|---|---|');
    for (const file of readdirSync(folder).filter((name) => /\.(tar\.gz|zip)$/.test(name))) say(`| ${file} | ${(statSync(join(folder, file)).size / 1e6).toFixed(1)} | ≤ 40 |`);
  } finally {
    await stop();
    rmSync(own, { recursive: true, force: true });
    remove();
  }
}
