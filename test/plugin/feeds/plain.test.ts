// Plain mode, line by line.
import test from 'ava';
import { agentRow } from '../../../plugin/feeds/agents.ts';
import { printChanges } from '../../../plugin/feeds/plain.ts';
import { DevStore } from '../../../plugin/feeds/store.ts';
import { coloured, painter } from '../../../plugin/format/colour.ts';
import { call, echoBot, output, span, stuck } from '../../support/dev-session.ts';

function printing(paint = painter(false)): { readonly store: DevStore; readonly lines: string[]; readonly stop: () => void } {
  const store = new DevStore();
  const lines: string[] = [];
  const stop = printChanges(store, { write: (text: string) => lines.push(text.replace(/\n$/, '')) }, paint);
  return { store, lines, stop };
}

test('a component is told when its health changes or it was restarted, and not otherwise', (t) => {
  const { store, lines } = printing();
  store.setComponent({ name: 'worker-0', health: 'pending' });
  store.setComponent({ name: 'worker-0', health: 'starting' });
  store.setComponent({ name: 'worker-0', health: 'ready', detail: 'gvisor' });
  store.setComponent({ name: 'worker-0', health: 'ready', detail: 'gvisor' });
  store.setComponent({ name: 'worker-0', health: 'error', detail: 'ended with signal SIGKILL' });
  store.setComponent({ name: 'worker-0', health: 'starting', restarts: 1 });
  store.setComponent({ name: 'worker-0', health: 'ready', restarts: 1 });
  t.deepEqual(lines, ['worker-0 pending', 'worker-0 starting', 'worker-0 ready (gvisor)', 'worker-0 error (ended with signal SIGKILL)', 'worker-0 restarted ×1', 'worker-0 starting', 'worker-0 ready']);
});

test('a call is the line of the otel-logs pane, field for field, in local time', (t) => {
  const { store, lines } = printing();
  store.records([call(49)]);
  store.spans([span(49)]);
  t.deepEqual(lines, [
    '[otel-logs] 15:04:05.123 POST api.anthropic.com/v1/messages 200 540ms req=312B resp=1024B provider=anthropic model=claude-haiku-4-5 input_tokens=12 output_tokens=24 route=default/anthropic trace=a1b2c405',
    '[otel-traces] 15:04:05.123 chat claude-haiku-4-5 [UNSET] 540ms trace=a1b2c405',
  ]);
});

test('a record without text is written from its attributes, in the same words', (t) => {
  const { store, lines } = printing();
  store.records([call(49), { ...call(49), body: '' }]);
  t.is(lines[1], lines[0]);
});

test('an agent\'s output says whose it is and where it was written', (t) => {
  const { store, lines } = printing();
  store.records([output(1, 'ANTHROPIC_API_KEY=[]'), output(2, 'no', 'stderr')]);
  t.deepEqual(lines, ['[agent default/echo-bot stdout] 15:00:05.123 ANTHROPIC_API_KEY=[]', '[agent default/echo-bot stderr] 15:00:10.123 no']);
});

test('an agent is told when its phase, its issue or its restarts change, and when it is deleted', (t) => {
  const { store, lines } = printing();
  store.agents([stuck]);
  store.agents([{ ...stuck, conditions: [] }]);
  store.agents([{ ...echoBot, name: 'no-gateway', restarts: 2 }]);
  store.agents([]);
  t.deepEqual(lines, [
    'agent default/no-gateway Pending: EgressRefsNotFound: EgressGateway default/nowhere does not exist; apply it or correct spec.egressRefs',
    'agent default/no-gateway Running on worker-0 in gvisor ↻2',
    'agent default/no-gateway deleted',
  ]);
});

test('what an agent writes can neither move the cursor nor pass for a line of ours', (t) => {
  const { store, lines } = printing();
  store.records([output(1, 'a\x1b[2Jb\r\n[otel-logs] fake\x9b31m\u202e\u200b\ttail'), { ...call(1), body: 'GET /\x1b]0;title\x07 200' }]);
  store.spans([{ ...span(1), name: 'GET \x1b[31m' }]);
  store.notice('careful\x1b[2J');
  t.is(lines[0], '[agent default/echo-bot stdout] 15:00:05.123 a\\x1b[2Jb\\r\\n[otel-logs] fake\\x9b31m\\u202e\\u200b tail');
  // eslint-disable-next-line no-control-regex -- that none of these reaches the terminal is what is tested
  for (const line of lines) t.notRegex(line, /[\x00-\x1f\x7f-\x9f]/);
});

test('nothing is printed once it was stopped', (t) => {
  const { store, lines, stop } = printing();
  stop();
  store.notice('too late');
  t.deepEqual(lines, []);
});

test('colours are for terminals that want them', (t) => {
  t.is(painter(coloured('auto', { isTTY: true }, {}))('good', 'ready'), '\u001b[32mready\u001b[39m');
  for (const [stream, env] of [[{ isTTY: true }, { NO_COLOR: '1' }], [{ isTTY: true }, { TERM: 'dumb' }], [{}, {}]] as const) {
    t.false(coloured('auto', stream, env));
    t.true(coloured('always', stream, env), 'a flag beats the environment');
  }
  t.true(coloured('auto', { isTTY: true }, { NO_COLOR: '' }), 'an empty NO_COLOR says nothing');
  t.false(coloured('never', { isTTY: true }, {}));
});

test('a DaemonAgent becomes a row whose issue is its last condition that is not true', (t) => {
  const condition = (type: string, status: string, reason: string, message = '') => ({ type, status, reason, message });
  const agent = {
    metadata: { namespace: 'default', name: 'echo-bot' },
    spec: { workerPoolRef: 'default', template: { spec: { image: 'curl' } } },
    status: { phase: 'Pending', restartCount: 3, upSince: '2026-01-02T15:00:00Z', latestCreatedRevisionName: 'echo-bot-00001', conditions: [condition('Accepted', 'True', 'SpecValid'), condition('EgressConfigured', 'False', 'EgressRefsNotFound', 'no such gateway'), condition('RevisionReady', 'True', 'RevisionReady')] },
  };
  t.like(agentRow(agent), { namespace: 'default', name: 'echo-bot', phase: 'Pending', restarts: 3, revision: 'echo-bot-00001', issue: 'EgressRefsNotFound: no such gateway', upSince: new Date('2026-01-02T15:00:00Z') });
  t.like(agentRow({ metadata: { name: 'new' } }), { name: 'new', phase: 'Pending', restarts: 0, conditions: [] });
  t.notThrows(() => agentRow({ metadata: null, status: { conditions: [null, 7], upSince: {} } } as never));
});
