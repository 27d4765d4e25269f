// Waits until an installation is in effect: kinds are served, the profile lies on each node, the operator runs.
import type { Writable } from 'node:stream';
import { crds } from '../../operator/kube/resources.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { Interrupted } from '../exit.ts';
import type { Paint } from '../format/colour.ts';
import { waitMs } from '../go-duration.ts';
import { obstacle } from '../manifests/readiness.ts';
import { awaited, Wait } from '../manifests/wait.ts';
import { unmet, WaitReport, type ClusterFlags } from '../manifests/wait-report.ts';
import type { Put } from './put.ts';

const establishedWithinMs = 30_000;
const lookEveryMs = 200;

/** What comes after the definitions may be of their kinds. Those that are not established soon are left to the wait at the end. */
export async function awaitKinds(kube: Kube, done: readonly Put[], signal: AbortSignal): Promise<void> {
  for (const { object } of done.filter(({ object }) => object.kind === 'CustomResourceDefinition')) {
    for (let waitedMs = 0; waitedMs < establishedWithinMs; waitedMs += lookEveryMs) {
      signal.throwIfAborted();
      const now = await kube.get(crds, object.metadata);
      if (now === undefined || obstacle(now) === undefined) break;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }
}

export interface Ending {
  readonly kube: Kube;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly paint: Paint;
  readonly interruption: AbortSignal;
  /** What leads a further command to the same cluster. */
  readonly flags: ClusterFlags;
}

/** Throws with exit code 124 when that takes longer than `timeout`. */
export async function awaitInstalled(done: readonly Put[], { kube, stderr, env, now, paint, interruption, flags }: Ending, timeout: string): Promise<void> {
  const total = awaited(done).length;
  const report = new WaitReport({ stderr, results: stderr, env, paint, now, total });
  const limit = AbortSignal.timeout(waitMs('--timeout', timeout));
  const { onObstacle, onReady, onRetry } = report;
  const wait = new Wait(kube, { signal: AbortSignal.any([interruption, limit]), onObstacle, onReady, onRetry });
  const ended = await wait.until(done).then(() => undefined, (error: unknown) => error).finally(() => report.end());
  if (ended instanceof Interrupted) stderr.write(`interrupted: everything is applied, ${wait.pending.size} of ${total} objects not in effect yet; look: kubectl clrk check${flags.clrk}\n`);
  if (ended !== undefined && ended !== limit.reason) throw ended;
  if (wait.pending.size > 0) throw unmet(wait.pending, { total, limit: limit.aborted ? timeout : undefined, flags });
}
