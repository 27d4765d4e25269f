// The rule by which the stand-in counts tokens.
import test from 'ava';
import { tokenCount, tokens } from '../../../plugin/offline/tokens.ts';

const rows: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['hi', ['hi']],
  ['Say hello.', ['Say', ' hell', 'o', '.']],
  ['a  b\n', ['a', '  b', '\n']],
  ['?!', ['?', '!']],
  ['grüße', ['grüß', 'e']],
  ['abc😀d', ['abc😀', 'd']],
];

for (const [text, pieces] of rows) {
  test(`the pieces of ${JSON.stringify(text)} are ${JSON.stringify(pieces)}`, (t) => {
    t.deepEqual(tokens(text), [...pieces]);
    t.is(tokenCount(text), pieces.length);
  });
}

test('joined, the pieces give the text back, whatever it is', (t) => {
  const alphabet = [' ', '\n', 'a', 'Z', '9', '.', '"', 'é', '😀', '\ud800', '中', '\0', '\u00a0'];
  for (let round = 0; round < 500; round += 1) {
    const text = Array.from({ length: 40 }, () => alphabet[Math.floor(Math.random() * alphabet.length)]).join('');
    t.is(tokens(text).join(''), text);
  }
});
