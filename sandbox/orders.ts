// The operator's door as the worker uses it: a stream of work orders in, reports out.
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../proxy/telemetry/log.ts';
import { reveal } from '../proxy/telemetry/sealed.ts';
import type { Config } from './config.ts';
import { ordersPath, parseWorkOrders, statusPath, type WorkerStatus, type WorkOrders } from './contract.ts';

const silenceMs = 15_000;
const firstDelayMs = 100;
const longestDelayMs = 5000;
const longestLine = 64 * 1024 * 1024;
const answerMs = 10_000;

export interface Door {
  /** Calls back for each whole set of orders until `signal` ends it; never rejects, reconnects for ever. */
  readonly follow: (accept: (orders: WorkOrders) => void, signal: AbortSignal) => Promise<void>;
  /** Rejects when the operator did not take the report. */
  readonly report: (status: WorkerStatus) => Promise<void>;
  readonly close: () => void;
}

export function operatorDoor(config: Config, log: Logger): Door {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca: config.operatorCa });
  const pool = `${config.podNamespace}/${config.poolName}`;
  const query = new URLSearchParams({ pool, worker: config.podName });
  const ask = (method: string, path: string, signal: AbortSignal, body?: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers: Record<string, string> = { authorization: `Bearer ${reveal(config.operatorToken)}`, 'content-type': 'application/json' };
      const asking = request(config.operatorUrl + path, { method, agent, headers, signal }, resolve);
      asking.on('error', reject);
      asking.end(body);
    });
  return {
    follow: async (accept, signal) => {
      let delayMs = firstDelayMs;
      let isDown = false;
      while (!signal.aborted) {
        try {
          await stream(ask, `${ordersPath}?${query}`, signal, (orders) => {
            delayMs = firstDelayMs;
            if (isDown) log.info('the operator answers again');
            isDown = false;
            accept(orders);
          });
        } catch (error) {
          // The first refusal is news, those after it are not.
          if (!signal.aborted && !isDown) log.warn('no orders from the operator: running sandboxes go on', { error });
          isDown = true;
        }
        await sleep(delayMs, undefined, { signal }).catch(() => undefined);
        delayMs = Math.min(delayMs * 2, longestDelayMs);
      }
    },
    report: async (status) => {
      const answer = await ask('PUT', statusPath, AbortSignal.timeout(answerMs), JSON.stringify(status));
      answer.resume();
      if (answer.statusCode === undefined || answer.statusCode >= 300) throw new Error(`the operator answered ${answer.statusCode} to a report`);
    },
    close: () => agent.destroy(),
  };
}

type Ask = (method: string, path: string, signal: AbortSignal) => Promise<IncomingMessage>;

async function stream(ask: Ask, path: string, signal: AbortSignal, accept: (orders: WorkOrders) => void): Promise<void> {
  const lifetime = new AbortController();
  const stop = (): void => lifetime.abort();
  signal.addEventListener('abort', stop);
  const silence = setTimeout(stop, silenceMs);
  try {
    const answer = await ask('GET', path, lifetime.signal);
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw new Error(`the operator answered ${answer.statusCode} to the request for orders`);
    }
    let rest = '';
    answer.setEncoding('utf8');
    for await (const chunk of answer) {
      silence.refresh();
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestLine) throw new Error(`the operator sent orders longer than ${longestLine} bytes`);
      for (const line of lines) if (line.trim() !== '') accept(parseWorkOrders(JSON.parse(line)));
    }
    throw new Error('the operator ended the stream of orders');
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', stop);
    lifetime.abort();
  }
}
