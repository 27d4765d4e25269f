// The single executable beside kubectl: how long a person waits for each, in turns, and how large the archives are.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Home, Session, manifests } from '../e2e/session.ts';
import { executableIn, packaged } from '../support/executable.ts';

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

export async function benchPackage(say: (line: string) => void): Promise<void> {
  const { folder, remove } = await packaged(['linux-x64', 'linux-arm64', 'macos-x64', 'macos-arm64', 'win-x64']);
  const home = new Home();
  const session = new Session(home, ['--offline', '--apply', manifests, '--secret', 'anthropic-credentials=ANTHROPIC_API_KEY:api-key'], { ANTHROPIC_API_KEY: 'sk-ant-made-up-bench' });
  try {
    await session.until(/\[otel-logs\] .* 200 /);
    const programs = join(home.path, 'bin');
    mkdirSync(programs);
    symlinkSync(executableIn(folder, 'linux-x64'), join(programs, 'kubectl-clrk'));
    // Without NODE_EXTRA_CA_CERTS, which makes every Node read a second store of certificates.
    const times = inTurns({ PATH: `${programs}:${process.env['PATH'] ?? ''}`, HOME: home.path, KUBECONFIG: home.kubeconfig });
    const median = (what: string): number => times.get(what)?.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
    say(`| the single executable, whole process, median (least) of ${rounds} in turns | figure | beside kubectl | target |`);
    say('|---|---|---|---|');
    for (const { what, beside, target } of timed) {
      const ratio = beside === undefined ? '' : `${(median(what) / median(beside)).toFixed(2)} × ${beside}`;
      say(`| ${what} | ${median(what).toFixed(0)} ms (${Math.min(...(times.get(what) ?? [])).toFixed(0)} ms) | ${ratio} | ${target ?? ''} |`);
    }
    say('');
    say('| archive | MB | target |');
    say('|---|---|---|');
    for (const file of readdirSync(folder).filter((name) => /\.(tar\.gz|zip)$/.test(name))) say(`| ${file} | ${(statSync(join(folder, file)).size / 1e6).toFixed(1)} | ≤ 40 |`);
  } finally {
    await session.stop();
    home.remove();
    remove();
  }
}
