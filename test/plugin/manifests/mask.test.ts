import test from 'ava';
import type { KubeObject } from '../../../operator/api/object.ts';
import { maskSecrets, withoutSecretValues } from '../../../plugin/manifests/mask.ts';

const secret = (rest: object, annotations: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', annotations: annotations as Record<string, string> }, ...rest });
const copy = 'kubectl.kubernetes.io/last-applied-configuration';

test('values that differ, stay, come and go are told apart and not told', (t) => {
  const { before, after } = maskSecrets(secret({ data: { stays: 'a', changes: 'b', goes: 'c' } }), secret({ data: { stays: 'a', changes: 'B', comes: 'd' } }));
  t.deepEqual(before?.['data'], { stays: '***', changes: '*** (before)', goes: '***' });
  t.deepEqual(after?.['data'], { stays: '***', changes: '*** (after)', comes: '***' });
});
test('a Secret that is new is hidden as it is written, too', (t) => {
  t.deepEqual(maskSecrets(undefined, secret({ stringData: { a: 'b' } })).after?.['stringData'], { a: '***' });
});
test('the copy in an annotation is hidden, other annotations are not', (t) => {
  const { before, after } = maskSecrets(secret({}, { [copy]: '{"data":1}', a: 'b' }), secret({}, { [copy]: '{"data":2}', a: 'c' }));
  t.deepEqual([before?.metadata.annotations, after?.metadata.annotations], [{ [copy]: '*** (before)', a: 'b' }, { [copy]: '*** (after)', a: 'c' }]);
});
test('the objects themselves are left alone, and other kinds are shown', (t) => {
  const given = secret({ data: { a: 'b' } });
  maskSecrets(given, given);
  t.deepEqual(given['data'], { a: 'b' });
  const other = { ...given, kind: 'ConfigMap' };
  t.is(maskSecrets(other, other).after, other);
});
test('data of a wrong shape is no crash', (t) => {
  for (const data of [null, 3, ['a'], 'b']) t.notThrows(() => maskSecrets(secret({ data }), secret({ data: { a: 'b' } })));
});
test('what a server says about a Secret loses its values, and of another kind nothing', (t) => {
  const given = secret({ data: { pin: 98765432, text: 'c(c*=' } });
  const said = '.data.pin: expected string, got Value:98765432; 198765432 and "c(c*="';
  t.is(withoutSecretValues(given, said), '.data.pin: expected string, got Value:***; 198765432 and "***"');
  t.is(withoutSecretValues({ ...given, kind: 'ConfigMap' }, said), said);
});
