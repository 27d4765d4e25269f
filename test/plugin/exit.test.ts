import test from 'ava';
import { PassThrough } from 'node:stream';
import { KubeError } from '../../operator/kube/errors.ts';
import { Interrupted, report, UserError } from '../../plugin/exit.ts';

function told(error: unknown, debug = false): { code: number; text: string } {
  const stderr = new PassThrough();
  const code = report(error, stderr, debug);
  return { code, text: String(stderr.read() ?? '') };
}

test('a mistake of the person is a message and its hints, without a stack', (t) => {
  t.deepEqual(told(new UserError('nothing to apply', ['name a file', 'or a folder'])), { code: 1, text: 'error: nothing to apply\nhint: name a file\nhint: or a folder\n' });
});

test('what others wrote does not move the cursor', (t) => {
  t.is(told(new UserError('no \x1b[2J\u202E', ['a\nb\x9b'], { lines: ['\x1b]0;x\x07: spec'] })).text, '\\x1b]0;x\\x07: spec\nerror: no \\x1b[2J\\u202e\nhint: a\nb\\x9b\n');
});

test('lines of a compiler come before the message', (t) => {
  t.is(told(new UserError('1 mistake', [], { lines: ['a.yaml:1:2: spec: missing'] })).text, 'a.yaml:1:2: spec: missing\nerror: 1 mistake\n');
});

test('a refusal of the server keeps its words and gets a hint', (t) => {
  const forbidden = new KubeError('secrets is forbidden', { code: 403, reason: 'Forbidden' });
  t.regex(told(forbidden).text, /^error: secrets is forbidden\nhint: .*kubectl auth can-i/);
  const unreachable = new KubeError('reaching the API server x: nothing listens there', { code: 0, reason: 'Unreachable', hints: ['start the cluster'] });
  t.is(told(unreachable).text, 'error: reaching the API server x: nothing listens there\nhint: start the cluster\n');
});

test('the cause of an error decides, and the error says what was being done', (t) => {
  const cause = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS', path: '/home/x/.clrk' });
  t.is(told(new Error('writing the state folder', { cause })).text, 'error: writing the state folder: /home/x/.clrk is on a read-only file system\nhint: choose a writable folder with --clrk-dir\n');
});

test('a fault of ours says so, and shows where at debug level', (t) => {
  t.regex(told(new TypeError('x is undefined')).text, /^error: unexpected: x is undefined\nhint: run it again with --log-level debug/);
  t.regex(told(new TypeError('x is undefined'), true).text, /\n {4}at /);
  t.regex(told('a string').text, /^error: unexpected: a string\n/);
});

test('a fault of ours shows no stack unless asked', (t) => {
  t.notRegex(told(new TypeError('x is undefined')).text, /\n {4}at /);
});

const signals = test.macro({
  exec(t, signal: 'SIGINT' | 'SIGTERM' | 'EPIPE', code: number) {
    t.deepEqual(told(new Interrupted(signal)), { code, text: '' });
    t.deepEqual(told(new Error('aborted', { cause: new Interrupted(signal) })), { code, text: '' });
  },
  title: (_, signal, code) => `${signal} ends without a word and with ${code}`,
});
test(signals, 'SIGINT', 130);
test(signals, 'SIGTERM', 143);
test(signals, 'EPIPE', 141);

test('causes that go round in a circle end', (t) => {
  const a = new Error('a');
  const b = new Error('b', { cause: a });
  a.cause = b;
  t.regex(told(a).text, /^error: unexpected: a\n/);
});
