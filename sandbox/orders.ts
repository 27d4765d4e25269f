// The operator's door as the worker uses it: a stream of work orders in, reports out.
import type { Identity } from '../proxy/identity/identity.ts';
import { OperatorLink } from '../proxy/identity/operator-link.ts';
import type { Logger } from '../proxy/telemetry/log.ts';
import { ordersPath, parseWorkOrders, statusPath, type WorkerStatus, type WorkOrders } from './contract.ts';

const longestLine = 64 * 1024 * 1024;

export interface Door {
  /** Calls back for each whole set of orders until `signal` ends it; never rejects, reconnects for ever. */
  readonly follow: (accept: (orders: WorkOrders) => void, signal: AbortSignal) => Promise<void>;
  /** Rejects when the operator did not take the report. */
  readonly report: (status: WorkerStatus) => Promise<void>;
  /** The stream of orders is open. */
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

export function operatorDoor(url: string, identity: Identity, log: Logger): Door {
  const link = new OperatorLink(url, identity);
  return {
    follow: (accept, signal) =>
      link.follow(
        {
          path: ordersPath,
          maxLineBytes: longestLine,
          take: (line) => accept(parseWorkOrders(JSON.parse(line))),
          // The first refusal is news, those after it are not.
          interrupted: (error, isNews) => isNews && log.warn('no orders from the operator: running sandboxes go on', { error }),
          resumed: () => log.info('the operator answers again'),
        },
        signal,
      ),
    report: (status) => link.put(statusPath, status),
    isOpen: () => link.isOpen,
    close: () => link.close(),
  };
}
