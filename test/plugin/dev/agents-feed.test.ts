import test from 'ava';
import { ofThisSession } from '../../../plugin/dev/agents-feed.ts';
import type { AgentRow } from '../../../plugin/feeds/rows.ts';

const startedAt = new Date('2026-01-02T15:04:05.900Z');
const row = (upSince: string): AgentRow => ({ namespace: 'default', name: 'echo-bot', pool: 'default', image: 'i', phase: 'Running', restarts: 0, upSince: new Date(upSince), worker: 'worker-0', runtime: 'gvisor', conditions: [] });

test('an agent of an earlier session is not shown as running', (t) => {
  const { phase, worker, runtime, upSince } = ofThisSession(row('2026-01-02T15:04:04Z'), startedAt);
  t.deepEqual({ phase, worker, runtime, upSince }, { phase: 'Pending', worker: undefined, runtime: undefined, upSince: undefined });
});

test('an agent that started in the second of the session itself is', (t) => {
  t.deepEqual(ofThisSession(row('2026-01-02T15:04:05Z'), startedAt), row('2026-01-02T15:04:05Z'));
});
