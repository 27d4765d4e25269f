// Shows the dev screen over a made-up session that goes on: for looking at it, and for the test of its way out.
import { showDev } from '../../plugin/views/show.tsx';
import { call, output, session, span, title } from './dev-session.ts';

const store = session(Number(process.argv[2] ?? 12));
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
let n = 100;
const timer = setInterval(() => {
  if (process.argv[3] === 'crash' && n > 101) throw new Error('made up');
  store.records([call(n), output(n, `reply ${n}`)]);
  store.spans([span(n)]);
  n += 1;
}, 1000);
await showDev({ store, stdin: process.stdin, stdout: process.stdout, title, colours: true, signal: stop.signal });
clearInterval(timer);
process.stdout.write('the screen is gone\n');
