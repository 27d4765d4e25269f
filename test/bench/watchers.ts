// Many watchers of one kind while it changes: how many events arrive a second, how late, and what the server pays.
import { readFileSync } from 'node:fs';
import { agentOf, agentsPath, Client, type Target } from './load.ts';

export interface Watched {
  readonly perSecond: number;
  /** From the start of a write to its event at the last watcher. */
  readonly delayMs: number;
  /** For 100,000 events. */
  readonly cpuSeconds: number;
}

export interface Crowd {
  readonly watchers: number;
  readonly changes: number;
  readonly perSecond: number;
  readonly pids: readonly number[];
}

/** User and system time, in seconds; the kernel counts hundredths. */
function cpu(pids: readonly number[]): number {
  const ticks = (pid: number): number => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user = 0, system = 0] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
    return user + system;
  };
  return pids.reduce((sum, pid) => sum + ticks(pid), 0) / 100;
}

export async function watchers(target: Target, writer: Client, { watchers: count, changes, perSecond, pids }: Crowd): Promise<Watched> {
  const crowd = new Client(target, count);
  const got = Array.from({ length: count }, () => 0);
  /** When each change had reached everybody. */
  const complete: number[] = [];
  const reached = Array.from({ length: changes }, () => 0);
  let delivered = 0;
  const path = `${agentsPath}?watch=true&resourceVersion=0&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&labelSelector=bench=watched`;
  await Promise.all(got.map((_, index) => crowd.watch(path, (lines) => {
    for (let line = 0; line < lines; line++) {
      const change = got[index] ?? 0;
      got[index] = change + 1;
      delivered++;
      reached[change] = (reached[change] ?? 0) + 1;
      if (reached[change] === count) complete[change] = performance.now();
    }
  })));
  const before = cpu(pids);
  const began: number[] = [];
  const start = performance.now();
  const watched = (number: number): object => {
    const made = agentOf(`watched-${String(number).padStart(6, '0')}`, 'watched') as { metadata: { labels: object } };
    return { ...made, metadata: { ...made.metadata, labels: { ...made.metadata.labels, bench: 'watched' } } };
  };
  for (let change = 0; change < changes; change++) {
    const due = start + (change * 1000) / perSecond;
    if (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    began[change] = performance.now();
    await writer.send('POST', agentsPath, watched(change));
  }
  const until = performance.now() + 60_000;
  while (delivered < count * changes && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - start) / 1000;
  const delays = complete.map((at, change) => at - (began[change] ?? at)).toSorted((a, b) => a - b);
  crowd.close();
  return { perSecond: delivered / seconds, delayMs: delays[delays.length >> 1] ?? Number.NaN, cpuSeconds: ((cpu(pids) - before) / delivered) * 100_000 };
}
