// Secrets and log lines of a process.
import test from 'ava';
import { inspect } from 'node:util';
import { logger } from '../../../proxy/telemetry/log.ts';
import { reveal, Sealed } from '../../../proxy/telemetry/sealed.ts';

test('P5 a sealed secret shows itself to nothing but reveal', (t) => {
  const sealed = Sealed.of('hunter2-secret');
  t.is(reveal(sealed), 'hunter2-secret');
  const shown = [String(sealed), `${sealed}`, JSON.stringify({ sealed }), inspect({ sealed }, { depth: 9, showHidden: true }), JSON.stringify(Object.entries(sealed)), inspect(structuredClone(sealed)), JSON.stringify(Object.assign({}, sealed))];
  for (const text of shown) t.false(text.includes('hunter2'), text);
});

test('a log line is one JSON object whatever is logged', (t) => {
  const lines: string[] = [];
  const log = logger('proxy', { write: (line: string) => lines.push(line) }, 'info');
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  log.debug('not shown');
  log.info('two\nlines', { count: 1n, msg: 'cannot replace', error: new Error('outer', { cause: new Error('inner') }) });
  log.warn('circle', { circle });
  log.error('long', { text: 'x'.repeat(10_000) });
  t.is(lines.length, 3);
  t.true(lines.every((l) => l.indexOf('\n') === l.length - 1));
  t.like(JSON.parse(lines[0] ?? ''), { level: 'info', component: 'proxy', msg: 'two\nlines', count: '1', error: 'outer: inner' });
  t.like(JSON.parse(lines[1] ?? ''), { msg: 'circle' });
  t.true((lines[2] ?? '').length < 5000);
});
