// When an agent is started, stopped and started again, as a table of events and times.
import test from 'ava';
import { backOff, graceMs, initial, longestPullBackOffMs, next, steadyRunMs, type Event, type Rules, type State } from '../../sandbox/supervise.ts';

const always: Rules = { restartPolicy: 'Always', maxRestarts: 0, maxLifetimeSeconds: 0 };

/** Feeds events, each at its time, and gives the last state and everything that was to be done. */
function play(rules: Rules, events: readonly (readonly [number, Event])[]): { readonly state: State; readonly acts: readonly string[] } {
  let state = initial(0);
  const acts: string[] = [];
  for (const [now, event] of events) {
    const result = next(state, event, rules, now);
    state = result.state;
    if (result.act !== 'none') acts.push(result.act);
  }
  return { state, acts };
}

const wake: Event = { kind: 'wake' };
const started: Event = { kind: 'started' };
const exited = (code: number): Event => ({ kind: 'exited', code });
const stop: Event = { kind: 'stop' };

test('an order starts at once and is Running when its process is', (t) => {
  const { state, acts } = play(always, [[0, wake], [5, started]]);
  t.deepEqual(acts, ['start']);
  t.is(state.phase, 'Running');
  t.is(state.startedAt, 5);
});

test('the back-off doubles from one second to a minute', (t) => {
  t.deepEqual([0, 1, 2, 3, 4, 5, 6, 7, 100].map((failures) => backOff(failures)), [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('a pull that failed is tried again after a second, and at the longest after five minutes', (t) => {
  const delays = [0, 1, 2, 7, 8, 9, 20].map((failures) => {
    const state: State = { ...initial(0), step: 'starting', failures };
    return next(state, { kind: 'not-started', isWaiting: true, longestMs: longestPullBackOffMs }, always, 0).state.wakeAt;
  });
  t.deepEqual(delays, [1000, 2000, 4000, 128_000, 256_000, 300_000, 300_000]);
});

test('a short run is a crash loop: it waits, and each wait is longer', (t) => {
  const first = play(always, [[0, wake], [0, started], [100, exited(1)]]).state;
  t.like(first, { step: 'waiting', phase: 'CrashLoopBackOff', restartCount: 1, wakeAt: 1100 });
  const second = play(always, [[0, wake], [0, started], [100, exited(1)], [1100, wake], [1100, started], [1200, exited(0)]]).state;
  t.like(second, { phase: 'CrashLoopBackOff', restartCount: 2, wakeAt: 3200 });
});

test('a run of ten seconds resets the back-off and is restarted at once', (t) => {
  const events: [number, Event][] = [[0, wake], [0, started], [100, exited(1)], [1100, wake], [1100, started], [1100 + steadyRunMs, exited(1)]];
  t.like(play(always, events).state, { step: 'waiting', failures: 0, wakeAt: 1100 + steadyRunMs, phase: 'Running' });
});

test('a wake before its time does nothing', (t) => {
  const { acts } = play(always, [[0, wake], [0, started], [100, exited(1)], [1099, wake]]);
  t.deepEqual(acts, ['start']);
});

test('OnFailure starts a failed run again and leaves a finished one', (t) => {
  const rules: Rules = { ...always, restartPolicy: 'OnFailure' };
  t.is(play(rules, [[0, wake], [0, started], [9, exited(3)]]).state.step, 'waiting');
  t.like(play(rules, [[0, wake], [0, started], [9, exited(0)]]).state, { step: 'ended', phase: 'Stopped', restartCount: 0 });
});

test('Never runs once', (t) => {
  t.is(play({ ...always, restartPolicy: 'Never' }, [[0, wake], [0, started], [9, exited(3)]]).state.phase, 'Stopped');
});

test('a run that the worker itself ended counts for nothing, and one that had ended stays ended', (t) => {
  const ours: Event = { kind: 'exited', code: 137, isOurDoing: true };
  const never: Rules = { ...always, restartPolicy: 'Never', maxRestarts: 1 };
  t.like(play(never, [[0, wake], [0, started], [9, ours]]).state, { step: 'waiting', phase: 'Pending', restartCount: 0, failures: 0, wakeAt: 9 });
  t.like(play(never, [[0, wake], [0, started], [8, stop], [9, ours]]).state, { step: 'ended', phase: 'Stopped' });
  t.like(play(never, [[0, wake], [0, started], [8, exited(0)], [9, stop]]).state, { step: 'ended', isStopping: false });
  t.is(next({ ...initial(0, 3), step: 'running' }, exited(1), always, 9).state.restartCount, 4);
});

test('maxRestarts ends it when the next attempt would exceed it', (t) => {
  const rules: Rules = { ...always, maxRestarts: 1 };
  const once: [number, Event][] = [[0, wake], [0, started], [1, exited(1)]];
  t.like(play(rules, once).state, { step: 'waiting', restartCount: 1 });
  t.like(play(rules, [...once, [5000, wake], [5000, started], [5001, exited(1)]]).state, { step: 'ended', phase: 'Stopped', restartCount: 1 });
});

test('the end of a lifetime terminates, then kills, then the restart policy decides', (t) => {
  const rules: Rules = { ...always, maxLifetimeSeconds: 20 };
  const { state, acts } = play(rules, [[0, wake], [0, started], [20_000, wake], [20_000 + graceMs, wake], [25_100, exited(137)]]);
  t.deepEqual(acts, ['start', 'terminate', 'kill']);
  t.like(state, { step: 'waiting', restartCount: 1, wakeAt: 25_100 });
});

test('stop asks, waits five seconds, kills, and ends whatever the policy says', (t) => {
  const { state, acts } = play(always, [[0, wake], [0, started], [50, stop], [50 + graceMs, wake], [5100, exited(137)]]);
  t.deepEqual(acts, ['start', 'terminate', 'kill']);
  t.like(state, { step: 'ended', phase: 'Stopped' });
});

test('stop during the start lets the start finish and stops it then', (t) => {
  const { acts } = play(always, [[0, wake], [1, stop], [2, started]]);
  t.deepEqual(acts, ['start', 'terminate']);
  t.is(play(always, [[0, wake], [1, stop], [2, { kind: 'not-started', isWaiting: true }]]).state.step, 'ended');
});

test('stop while waiting ends at once', (t) => {
  t.is(play(always, [[0, stop]]).state.step, 'ended');
  t.is(play(always, [[0, wake], [0, started], [1, exited(1)], [2, stop]]).state.step, 'ended');
});

test('what is awaited keeps it Pending; what fails is a crash loop; neither counts as a restart', (t) => {
  t.like(play(always, [[0, wake], [1, { kind: 'not-started', isWaiting: true }]]).state, { phase: 'Pending', restartCount: 0, wakeAt: 1001 });
  t.like(play(always, [[0, wake], [1, { kind: 'not-started', isWaiting: false }]]).state, { phase: 'CrashLoopBackOff', restartCount: 0 });
});
