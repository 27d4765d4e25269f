// WorkerPool: tells how many workers are connected, and how much room is left.
import { conditions } from '../api/conditions.ts';
import { describe } from '../api/object.ts';
import { defaultExecutionsPerWorker, workerPool, type WorkerPool, type WorkerPoolVerdict } from '../api/worker-pool.ts';
import { workerPools } from '../kube/resources.ts';
import { qualified } from '../plan/route.ts';
import type { Hindrance } from '../plan/worker-health.ts';
import type { PoolObjects } from './pool-objects.ts';
import { poolOfWorker, type World } from './world.ts';
import { writeStatus } from './write.ts';

/** Sandboxes that one worker of the pool takes. */
export const roomPerWorker = (pool: WorkerPool | undefined): number => pool?.spec.maxExecutionsPerWorker || defaultExecutionsPerWorker;

/** Until all workers are there it is looked again what is in their way: pods are not watched. */
const lookAgainMs = 5000;

export async function reconcileWorkerPool(world: World, objects: PoolObjects | undefined, pool: WorkerPool | undefined): Promise<number | void> {
  if (!pool || pool.metadata.deletionTimestamp) return;
  const key = qualified(pool);
  const workers = world.workers.list().filter((worker) => poolOfWorker(worker.key) === key);
  // A worker that may be back in a moment (or has not found us yet after our restart) is no news.
  if (!world.placement || (pool.status && workers.some((worker) => !worker.connected))) return;
  const connected = workers.filter((worker) => worker.connected).length;
  const active = [...world.placement.values()].filter((worker) => poolOfWorker(worker) === key).length;
  const max = connected * roomPerWorker(pool);
  const generation = pool.metadata.generation ?? 1;
  const isShort = connected < pool.spec.replicas;
  const hindered = isShort ? await objects?.hindrance(pool) : undefined;
  await writeStatus(world, workerPools, pool, {
    conditions: conditions(pool.status?.conditions, poolVerdicts(pool, connected, hindered), { generation, now: new Date() }),
    readyReplicas: connected,
    capacity: { maxExecutions: max, availableExecutions: Math.max(0, max - active) },
    activeExecutions: active,
    observedGeneration: generation,
  });
  if (objects && isShort) return lookAgainMs;
}

function poolVerdicts(pool: WorkerPool, connected: number, hindered: Hindrance | undefined): readonly WorkerPoolVerdict[] {
  const problems = workerPool.check(pool);
  const { replicas } = pool.spec;
  return [
    problems.length === 0
      ? { type: 'Configured', status: 'True', reason: 'SpecValid', message: 'the spec is valid' }
      : { type: 'Configured', status: 'False', reason: 'InvalidSpec', message: describe(problems) },
    connected > 0
      ? { type: 'Available', status: 'True', reason: 'WorkersReady', message: `${connected} of ${replicas} workers are connected` }
      : { type: 'Available', status: 'False', reason: hindered?.reason ?? 'NoWorkersReady', message: hindered?.message ?? `none of ${replicas} workers is connected` },
    hindered
      ? { type: 'Progressing', status: 'False', reason: hindered.reason, message: hindered.message }
      : connected < replicas
        ? { type: 'Progressing', status: 'True', reason: 'DeploymentRollingOut', message: `waiting for ${replicas - connected} more of ${replicas} workers` }
        : { type: 'Progressing', status: 'False', reason: 'DeploymentComplete', message: 'all workers are connected' },
  ];
}
