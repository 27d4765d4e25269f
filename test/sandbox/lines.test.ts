// What an agent writes becomes lines, within bounds.
import test from 'ava';
import { LineCutter, LineRate, lineBurst, linesPerSecond, longestLine } from '../../sandbox/lines.ts';

function cut(...pieces: readonly (string | Buffer)[]): readonly string[] {
  const lines: string[] = [];
  const cutter = new LineCutter((line) => lines.push(line));
  for (const piece of pieces) cutter.write(Buffer.from(piece as string));
  cutter.end();
  return lines;
}

test('lines are cut wherever the pieces end, characters too', (t) => {
  const euro = Buffer.from('€');
  t.deepEqual(cut('a\nb', 'c\r\n', euro.subarray(0, 1), euro.subarray(1), '\n\nlast'), ['a', 'bc', '€', '', 'last']);
});

test('a line without end comes in pieces, so that memory stays bounded', (t) => {
  const lines = cut('x'.repeat(longestLine * 2 + 10));
  t.deepEqual(lines.map((l) => l.length), [longestLine, longestLine, 10]);
});

test('lines beyond the rate are dropped and the number is told with the next kept one', (t) => {
  const rate = new LineRate(0);
  for (let line = 0; line < lineBurst; line++) t.true(rate.take(0).isKept);
  t.false(rate.take(0).isKept);
  t.false(rate.take(0).isKept);
  t.deepEqual(rate.take(1000 / linesPerSecond + 1), { isKept: true, droppedBefore: 2 });
  t.is(rate.rest(), 0);
});
