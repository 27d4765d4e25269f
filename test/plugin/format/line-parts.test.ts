// Ages, counts, widths and safe text, as tables.
import test from 'ava';
import { age, count } from '../../../plugin/format/age.ts';
import { phaseText } from '../../../plugin/format/agent-phase.ts';
import { printable, printableLines } from '../../../plugin/format/printable.ts';
import { duration, spanLine } from '../../../plugin/format/span-line.ts';
import { timeOfDay } from '../../../plugin/format/time-of-day.ts';
import { cells, truncateCells, wrapCells, wrapWords } from '../../../plugin/format/width.ts';
import { bodyText } from '../../../plugin/views/dev/body-text.ts';
import { echoBot, now, span } from '../../support/dev-session.ts';
import { gzipSync } from 'node:zlib';

test('an age has two units at most', (t) => {
  const of = (seconds: number) => age(new Date(now.getTime() - seconds * 1000), now);
  t.deepEqual([0, 12, 245, 3780, 180_000, -5].map(of), ['0s', '12s', '4m05s', '1h03m', '2d02h', '0s']);
  t.is(age(undefined, now), '-');
  t.is(age(new Date('no'), now), '-');
});

test('a count has four characters at most', (t) => {
  t.deepEqual([0, 999, 1200, 9999, 12_345, 999_499, 3_400_000, 2e9].map(count), ['0', '999', '1.2k', '10k', '12k', '999k', '3.4M', '2.0G']);
});

test('a phase has its glyph', (t) => {
  const of = (phase: string, restarts = 0) => phaseText({ ...echoBot, phase, restarts }, now);
  t.deepEqual([of('Running', 2), of('Stopped'), of('CrashLoopBackOff', 3), of('Pending'), of('New')], ['● up 4m12s ↻2', '⊘ stopped', '✕ crashloop ↻3', '◌ pending', '◐ New']);
});

test('a time that is none does not throw', (t) => {
  t.is(timeOfDay(NaN), '--:--:--.---');
  t.is(timeOfDay(1e300), '--:--:--.---');
});

test('a span without an end has an unknown duration, one that failed its protocol status', (t) => {
  t.is(duration({ ...span(1), endUnixMs: 0 }), '?');
  t.regex(spanLine(span(1, 500)), / chat claude-haiku-4-5 \[STATUS_CODE_ERROR\] 540ms trace=/);
});

test('cells count what a terminal shows', (t) => {
  t.deepEqual(['abc', '世界', 'é', 'e\u0301', '👋', '👩‍👩‍👧', '🇫🇷', '│', 'ｱ', '한국'].map(cells), [3, 4, 1, 1, 2, 2, 2, 1, 1, 4]);
});

test('cutting and wrapping never pass the width nor split a character', (t) => {
  t.is(truncateCells('世界世界', 5), '世界…');
  t.is(truncateCells('abc', 3), 'abc');
  t.is(truncateCells('abcd', 1), '…');
  t.deepEqual(wrapCells('世界ab世', 3), ['世', '界a', 'b世']);
  t.deepEqual(wrapCells('', 10), ['']);
  t.is(wrapCells('👩‍👩‍👧'.repeat(3), 4).join(''), '👩‍👩‍👧'.repeat(3));
});

test('words stay whole where that costs little, and a long one is broken', (t) => {
  t.deepEqual(wrapWords('one two three', 9), ['one two', 'three']);
  t.deepEqual(wrapWords('one two three', 7), ['one two', 'three']);
  t.deepEqual(wrapWords('abcdefghijkl', 5), ['abcde', 'fghij', 'kl']);
  t.deepEqual(wrapWords('a bcdefghij', 5), ['a bcd', 'efghi', 'j']);
  t.deepEqual(wrapWords('世界 世界 世界', 7), ['世界', '世界', '世界']);
  t.deepEqual(wrapWords('', 5), ['']);
  t.deepEqual(wrapWords('abc', -3), ['ab', 'c'], 'no room at all ends too');
  t.is(wrapWords('世'.repeat(8000), 76).length, Math.ceil(8000 / 38));
});

test('text that could act on the terminal is spelled out, everything else is left', (t) => {
  t.is(printable('grüße 世界 👋 │'), 'grüße 世界 👋 │');
  t.is(printable('\x1b\x07\x7f\x9b\u202e\u2028\ud800'), '\\x1b\\x07\\x7f\\x9b\\u202e\\u2028\\ud800');
  t.is(printable('x'.repeat(10_000)).length, 4096);
  t.deepEqual(printableLines('a\r\nb\tc\nd', 2), ['a', 'b  c', '… more lines']);
});

test('a body is unpacked, and JSON is set out', (t) => {
  const of = (body: Buffer | string, more = {}) => bodyText({ 'clrk.body.b64': Buffer.from(body).toString('base64'), ...more });
  t.deepEqual(of('{"a":[1]}')?.lines, ['{', '  "a": [', '    1', '  ]', '}']);
  t.deepEqual(of(gzipSync('{}'), { 'clrk.body.content_encoding': 'gzip' })?.lines, ['{}']);
  t.deepEqual(of('data: {}\n\ndata: [DONE]\n')?.lines, ['data: {}', '', 'data: [DONE]']);
  t.deepEqual(of('{"a":', { 'clrk.body.bytes': 99, 'clrk.body.truncated': true }), { size: '99 bytes, 5 of them captured', lines: ['{"a":'] });
  t.regex(of(Buffer.from([0x89, 0x50, 0, 1, 2, 3]))?.lines[0] ?? '', /^\(not text: 895000010203\)$/);
  t.deepEqual(of('')?.lines, ['(empty)']);
  t.is(bodyText({}), undefined);
});
