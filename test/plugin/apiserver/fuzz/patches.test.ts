// Whatever is sent as a patch, in the four languages: never a crash, never a fault that nobody foresaw, and the object stays one that can be read and written.
import test from 'ava';
import fc from 'fast-check';
import { json, samples, spoilt, widgetSample, word } from './values.ts';
import { victim } from './target.ts';

const core = '/api/v1/namespaces/default/services/fuzz';
const custom = '/apis/test.example.com/v1/namespaces/default/widgets/fuzz';

const pointer = fc.oneof(fc.constantFrom('', '/', '/metadata/labels/a', '/metadata/finalizers', '/spec/ports/0', '/spec/ports/-', '/spec/parts/1', '/spec/tags/01', '/metadata/managedFields/0', 'spec'), fc.array(word, { maxLength: 4 }).map((words) => words.map((one) => `/${one}`).join('')));
const operation = fc.record({ op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'else'), path: pointer, from: pointer, value: json }, { requiredKeys: ['op'] });
const without = ({ metadata, ...rest }: object & { metadata: object }): { [key: string]: unknown } => ({ ...rest, metadata: { ...metadata, finalizers: [], ownerReferences: [] } });
const [service, widget] = [without(samples.services), without(widgetSample)];

const patches: readonly (readonly [title: string, type: string, of: fc.Arbitrary<unknown>, path: readonly string[]])[] = [
  ['JSON patch', 'application/json-patch+json', fc.oneof({ arbitrary: fc.array(operation, { maxLength: 6 }), weight: 5 }, json), [core, custom]],
  ['merge patch', 'application/merge-patch+json', fc.oneof(spoilt([service, widget]), json), [core, custom]],
  ['strategic merge patch', 'application/strategic-merge-patch+json', fc.oneof(spoilt([service, { spec: { ports: [{ $patch: 'replace' }, { port: 80, $patch: 'delete' }], '$setElementOrder/ports': [{ port: 80 }], $retainKeys: ['ports'] } }, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }]), json), [core]],
  ['server-side apply', 'application/apply-patch+yaml', fc.oneof(spoilt([service, widget]), json), [core, custom]],
];

for (const [title, type, of, paths] of patches) {
  test(`a ${title} of any shape is applied or refused`, async (t) => {
    t.timeout(180_000);
    const { ask, survives } = await victim(t);
    const restore = async (): Promise<void> => {
      for (const [path, object] of [[core, service], [custom, widget]] as const) {
        await ask({ method: 'PATCH', path, headers: { 'content-type': 'application/merge-patch+json' }, body: '{"metadata":{"finalizers":null}}' });
        await ask({ method: 'DELETE', path });
        await ask({ method: 'POST', path: path.replace(/\/fuzz$/, ''), body: JSON.stringify(object) });
      }
    };
    await restore();
    const question = fc.record({ path: fc.constantFrom(...paths), status: fc.boolean(), force: fc.boolean(), manager: fc.constantFrom('one', 'two', ''), body: of });
    let count = 0;
    await survives(question, { runs: 500 }, async ({ path, status, force, manager, body }) => {
      const query = type.startsWith('application/apply') ? `?fieldManager=${manager}&force=${force}` : '';
      await ask({ method: 'PATCH', path: `${path}${status ? '/status' : ''}${query}`, headers: { 'content-type': type }, body: JSON.stringify(body) ?? '' });
      await ask({ method: 'GET', path });
      if (++count % 25 === 0) await restore();
    });
  });
}
