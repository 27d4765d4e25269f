// Runs one reconcile function for one resource: level-based, per object serial, with a slow round over everything.
import type { Logger } from '../../proxy/telemetry/log.ts';
import type { Cache } from './cache.ts';
import { keyOf } from './cache.ts';
import { isConflict } from './errors.ts';
import type { KubeObject } from './kube.ts';
import { Queue } from './queue.ts';

export interface ControllerOptions<T extends KubeObject> {
  readonly cache: Cache<T>;
  /** Makes the world as the object says, whatever happened before; `object` is undefined when it is gone. A number asks for another round. */
  readonly reconcile: (ref: { readonly namespace: string; readonly name: string }, object: T | undefined) => Promise<number | void>;
  readonly log: Logger;
}

/** Nothing is missed for longer than this, should an event ever be lost. */
const roundMs = 300_000;

export interface Controller {
  readonly enqueue: (namespace: string, name: string) => void;
  readonly enqueueAll: (namespace?: string) => void;
  readonly close: () => Promise<void>;
}

export function controller<T extends KubeObject>({ cache, reconcile, log }: ControllerOptions<T>): Controller {
  const kind = cache.resource.kind;
  const queue = new Queue({
    work: async (key) => {
      const [namespace = '', name = ''] = key.split('/');
      return reconcile({ namespace, name }, cache.get(namespace, name));
    },
    onError: (key, error, retryInMs) => {
      // A conflict says that somebody else was faster; the next round sees what they wrote.
      const tell = isConflict(error) ? log.debug : log.warn;
      tell(`reconciling ${kind} ${key}`, { error, retryInMs: Math.round(retryInMs) });
    },
  });
  const enqueueAll = (namespace?: string): void => {
    for (const object of cache.list(namespace)) queue.add(keyOf(object.metadata));
  };
  const round = setInterval(() => enqueueAll(), roundMs);
  return {
    enqueue: (namespace, name) => queue.add(keyOf({ namespace, name })),
    enqueueAll,
    close: () => {
      clearInterval(round);
      return queue.close();
    },
  };
}
