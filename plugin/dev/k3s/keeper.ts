// Keeps the cluster's container running while the session does: shows what it writes, and starts it again when it stops or is gone.
import { setTimeout as sleep } from 'node:timers/promises';
import { containerLogs, inspectContainer, killContainer, stopContainer, waitContainer } from '../docker/containers.ts';
import { isAbsent, isAway } from '../docker/errors.ts';
import { explain } from '../../exit.ts';
import type { DevStore } from '../../feeds/store.ts';
import { Lines } from '../child-line.ts';
import type { Site } from './site.ts';

const shortestPauseMs = 1000;
const longestPauseMs = 15_000;
const graceSeconds = 20;
const rememberedLines = 200;

export interface Keeping {
  readonly store: DevStore;
  readonly signal: AbortSignal;
  /** Brings the container up again, whatever is left of it; throws what is in the way. */
  readonly relaunch: () => Promise<void>;
}

/** Its lines from `since` on, while it runs. */
async function showLines({ engine, names }: Site, { store, signal }: Keeping): Promise<void> {
  const readers = { stdout: new Lines((line) => store.line(names.container, 'stdout', line)), stderr: new Lines((line) => store.line(names.container, 'stderr', line)) };
  for await (const { stream, bytes } of containerLogs(engine, names.container, { follow: true, tail: rememberedLines, signal })) readers[stream].take(bytes.toString('utf8'));
}

type Seen = { readonly kind: 'runs' } | { readonly kind: 'away' } | { readonly kind: 'gone'; readonly why: string };

/** Returns when it runs no more, or nobody can be asked. */
async function untilGone({ engine, names }: Site, signal: AbortSignal): Promise<Seen> {
  try {
    const code = await waitContainer(engine, names.container, signal);
    const found = await inspectContainer(engine, names.container, signal);
    if (found?.State.Running) return { kind: 'runs' };
    return { kind: 'gone', why: found ? `it stopped (${found.State.OOMKilled === true ? 'the memory was used up' : `exit ${code}`})` : 'it was removed' };
  } catch (error) {
    if (isAbsent(error)) return { kind: 'gone', why: 'it was removed' };
    if (isAway(error)) return { kind: 'away' };
    throw error;
  }
}

/** Runs until the signal aborts. */
export async function keepRunning(site: Site, keeping: Keeping): Promise<void> {
  const { store, signal, relaunch } = keeping;
  const row = (health: 'starting' | 'error', detail: string): void => store.setComponent({ name: site.names.container, health, detail });
  let isTold = false;
  for (let pauseMs = shortestPauseMs; !signal.aborted; ) {
    try {
      showLines(site, keeping).catch(() => undefined);
      const seen = await untilGone(site, signal);
      if (signal.aborted) return;
      if (seen.kind === 'runs') {
        // It was started again by somebody else, or the engine does not know what it says.
        await sleep(shortestPauseMs, undefined, { signal });
        continue;
      }
      if (seen.kind === 'away') {
        row('error', `the Docker engine at ${site.engine.name} does not answer`);
        if (!isTold) store.notice(`the Docker engine at ${site.engine.name} does not answer; it is asked again until it does`);
        isTold = true;
        await sleep(shortestPauseMs, undefined, { signal });
        if (!(await isRunning(site, signal))) continue;
      } else {
        row('starting', seen.why);
        store.notice(`${site.names.container}: ${seen.why}, and is started again`);
      }
      await relaunch();
      [pauseMs, isTold] = [shortestPauseMs, false];
    } catch (error) {
      if (signal.aborted) return;
      const { message, hints } = explain(error);
      row('error', message);
      if (!isTold) for (const line of [message, ...hints.map((hint) => `hint: ${hint}`)]) store.notice(line);
      isTold = true;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

/** Whether the engine answers again with the container up; one that it lost with itself is seen by the next wait. */
async function isRunning({ engine, names }: Site, signal: AbortSignal): Promise<boolean> {
  try {
    return (await inspectContainer(engine, names.container, signal))?.State.Running === true;
  } catch (error) {
    if (isAway(error)) return false;
    throw error;
  }
}

/** Stops it and leaves everything of it. A second Ctrl-C kills it. */
export async function stopCluster({ engine, names }: Site, store: DevStore): Promise<void> {
  const kill = (): void => {
    store.notice(`killing ${names.container}`);
    killContainer(engine, names.container).catch(() => undefined);
  };
  process.on('SIGINT', kill);
  try {
    store.setComponent({ name: names.container, health: 'starting', detail: 'stopping' });
    await stopContainer(engine, names.container, { graceSeconds });
  } finally {
    process.off('SIGINT', kill);
  }
}
