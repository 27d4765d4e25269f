// What a server says beside its answers reaches the person, and nothing that only looks like it.
import test from 'ava';
import { warningsOf } from '../../operator/kube/warnings.ts';

const says = test.macro({
  exec(t, header: string | readonly string[] | undefined, ...expected: string[]) {
    t.deepEqual(warningsOf(header), expected);
  },
  title: (name = '') => name,
});
test('no header is no warning', says, undefined);
test('one warning is its text', says, '299 - "spec.a is deprecated"', 'spec.a is deprecated');
test('several warnings may share a header, with commas in their texts', says, '299 - "a, b", 299 kube/1.35 "c"', 'a, b', 'c');
test('several headers are read one by one', says, ['299 - "a"', '299 - "b"'], 'a', 'b');
test('quotes and backslashes are unescaped', says, String.raw`299 - "unknown field \"spec.\\x\""`, String.raw`unknown field "spec.\x"`);
test('a date behind the text is passed over', says, '299 - "a" "Mon, 02 Jan 2006 15:04:05 GMT", 299 - "b"', 'a', 'b');
test('other codes are not for people', says, '199 - "cache", 299 - "a"', 'a');
test('what has another form ends the list', says, '299 - "a", nonsense, 299 - "b"', 'a');
test('a text that never ends is none', says, '299 - "abc');
test('a hundred thousand warnings are a hundred', (t) => {
  t.is(warningsOf('299 - "a",'.repeat(100_000)).length, 100);
});
