import test from 'ava';
import { PassThrough } from 'node:stream';
import { Progress } from '../../../plugin/format/progress.ts';

function terminal(columns: number): { readonly stderr: PassThrough; readonly drawn: () => string } {
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns });
  let text = '';
  stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return { stderr, drawn: () => text };
}
const turned = async (drawn: () => string): Promise<void> => {
  while (!drawn().includes('⠙')) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('on a terminal one line turns, is cut where the terminal ends, gives way to what stays, and is gone in the end', async (t) => {
  const { stderr, drawn } = terminal(20);
  const progress = new Progress({ stderr, env: {}, now: () => `waiting\u001b[31m for ${'x'.repeat(100)}` });
  await turned(drawn);
  progress.write(stderr, 'a line that stays\n');
  progress.end();
  await new Promise((resolve) => setImmediate(resolve));
  const pieces = drawn().split('\r\u001B[2K');
  t.deepEqual(pieces.slice(0, 3), ['', '⠋ waiting\\x1b[31m f', '⠙ waiting\\x1b[31m f']);
  t.is(pieces.at(-1), 'a line that stays\n');
});

test('elsewhere, and on a dumb terminal, nothing turns', async (t) => {
  for (const [stderr, env] of [[new PassThrough(), {}], [terminal(80).stderr, { TERM: 'dumb' }]] as const) {
    const progress = new Progress({ stderr, env, now: () => 'waiting' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    progress.write(stderr, 'a line\n');
    progress.end();
    t.is((stderr.read() as Buffer | null)?.toString() ?? 'a line\n', 'a line\n');
  }
});
