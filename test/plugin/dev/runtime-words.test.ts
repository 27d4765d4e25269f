// What a person reads about the runtime that isolates the sandboxes.
import test from 'ava';
import { runtimeNotices, runtimeSaid } from '../../../plugin/dev/runtime-words.ts';

test('each stronger runtime that could not be had is told with its reason', (t) => {
  const said = runtimeSaid({ runtime: { name: 'namespaces', detail: '', missing: ['only ports 80 and 443 are intercepted', 'gvisor: runsc is not installed', 'bubblewrap: bwrap: no permission'] } });
  t.deepEqual(said && runtimeNotices(said), [
    'sandboxes run in namespaces: only ports 80 and 443 are intercepted',
    'sandboxes run in namespaces, not in gvisor: runsc is not installed',
    'sandboxes run in namespaces, not in bubblewrap: bwrap: no permission',
  ]);
});

test('a worker that says nothing of the kind is no fault', (t) => {
  for (const runtime of [undefined, null, 'gvisor', {}, { name: 1 }]) t.is(runtimeSaid({ runtime }), undefined);
});
