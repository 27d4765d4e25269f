// `npm run bench`: what a person waits for and what the machine pays, as one table with the machine's description.
import { cpus, release, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { Home, Session, manifests, plugin } from '../e2e/session.ts';
import { descendants } from '../e2e/traces.ts';
import { findAssets, howToGet } from '../kubernetes/assets.ts';
import { kubernetesVersion } from '../kubernetes/programs.ts';
import { measure, measured } from './apiserver.ts';
import { benchPackage } from './package.ts';
import { benchProxy } from './proxy.ts';

interface Row {
  readonly what: string;
  readonly figure: string;
  readonly target?: string;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const ms = (value: number): string => `${Math.round(value)} ms`;

/** Wall time of a whole process, n runs after one that warms the caches. */
function wall(args: readonly string[], env: NodeJS.ProcessEnv, n = 9): number {
  const once = (): number => {
    const start = performance.now();
    spawnSync(plugin, args, { env, stdio: 'ignore' });
    return performance.now() - start;
  };
  once();
  return median(Array.from({ length: n }, once));
}

/** Resident memory and proportional share of it, in MB, of every process below one; what is not a bundle of ours belongs to the sandbox. */
function memory(top: number): readonly { readonly name: string; readonly rss: number; readonly pss: number }[] {
  const groups = new Map<string, { readonly name: string; readonly rss: number; readonly pss: number }>();
  for (const pid of descendants(top)) {
    const bundle = field(`/proc/${pid}/cmdline`, '').match(/\/(plugin|apiserver|operator|worker|proxy)\.js/)?.[1];
    const name = bundle === undefined ? 'the sandbox of one agent' : `${bundle}.js`;
    const size = (file: string, key: string): number => Number.parseInt(field(`/proc/${pid}/${file}`, key), 10) / 1024 || 0;
    const sum = groups.get(name) ?? { name, rss: 0, pss: 0 };
    groups.set(name, { name, rss: sum.rss + size('status', 'VmRSS'), pss: sum.pss + size('smaps_rollup', 'Pss') });
  }
  return [...groups.values()];
}

/** One field of a file of /proc, or all of it where no field is named; empty when the process is gone. */
function field(file: string, name: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    return name === '' ? text : (text.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1] ?? '');
  } catch {
    return '';
  }
}

async function session(): Promise<Row[]> {
  const healthy: number[] = [];
  const first: number[] = [];
  const rows: Row[] = [];
  for (let round = 0; round < 3; round++) {
    const home = new Home();
    const start = performance.now();
    const dev = new Session(home, ['--offline', '--apply', manifests, '--secret', 'anthropic-credentials=ANTHROPIC_API_KEY:api-key'], { ANTHROPIC_API_KEY: 'sk-ant-made-up-bench' });
    await Promise.all(['apiserver', 'controller-manager', 'worker-0', 'egress-proxy'].map((row) => dev.until(new RegExp(`${row}.* ready`))));
    healthy.push(performance.now() - start);
    await dev.until(/\[otel-logs\] .* 200 /);
    first.push(performance.now() - start);
    if (round === 2) {
      rows.push({ what: '`agents get echo-bot --local`, whole process', figure: ms(wall(['agents', 'get', 'echo-bot', '--local'], home.env())) });
      const processes = memory(dev.process.pid ?? 0);
      for (const entry of processes) rows.push({ what: `idle memory of ${entry.name}`, figure: `${Math.round(entry.rss)} MB resident, ${Math.round(entry.pss)} MB proportional` });
      const ours = processes.filter(({ name }) => name.endsWith('.js'));
      const sum = (key: 'rss' | 'pss'): number => Math.round(ours.reduce((total, entry) => total + entry[key], 0));
      rows.push({ what: 'idle memory of our five processes', figure: `${sum('rss')} MB resident, ${sum('pss')} MB proportional`, target: '≤ 350 MB' });
    }
    await dev.stop();
    home.remove();
  }
  return [
    { what: 'cold `dev --offline` to all rows healthy', figure: `${ms(median(healthy))} (${healthy.map(ms).join(', ')})`, target: '≤ 3000 ms' },
    { what: 'the same, to the first record', figure: `${ms(median(first))} (${first.map(ms).join(', ')})`, target: '≤ 5000 ms' },
    ...rows,
  ];
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const rounded = (value: number): string => (value >= 100 ? String(Math.round(value)) : value.toPrecision(3));

/** The embedded API server beside a real one; nothing where the real one's programs are missing. */
async function besideReal(): Promise<void> {
  const { assets, missing } = findAssets();
  if (!assets) return say(`The API servers were not compared: ${missing.join(', ')} missing (${howToGet})`);
  const [embedded, real] = [await measure('embedded', assets), await measure('real', assets)];
  say(`| the API server | embedded | kube-apiserver ${kubernetesVersion} + etcd | embedded / real | target |`);
  say('|---|---|---|---|---|');
  for (const { name, unit, target } of measured) {
    const [ours = Number.NaN, theirs = Number.NaN] = [embedded.get(name), real.get(name)];
    say(`| ${name} | ${rounded(ours)} ${unit} | ${rounded(theirs)} ${unit} | ${rounded(ours / theirs)} | ${target ?? ''} |`);
  }
}

async function product(): Promise<void> {
  say('| what | figure | target |');
  say('|---|---|---|');
  const home = new Home();
  const rows: Row[] = [
    { what: '`kubectl-clrk --help`, whole process', figure: ms(wall(['--help'], home.env())), target: '≤ 150 ms' },
    { what: '`kubectl-clrk version --client`, whole process', figure: ms(wall(['version', '--client'], home.env())) },
    ...(await session()),
    ...(await benchProxy()),
  ];
  home.remove();
  for (const row of rows) say(`| ${row.what} | ${row.figure} | ${row.target ?? ''} |`);
}

const parts = { product, apiserver: besideReal, package: () => benchPackage(say) } as const;
const chosen = process.argv.slice(2).filter((name): name is keyof typeof parts => name in parts);
say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, \`npm run bench${chosen.map((name) => ` ${name}`).join('')}\``);
for (const name of chosen.length > 0 ? chosen : (['product', 'apiserver', 'package'] as const)) {
  say('');
  await parts[name]();
}
