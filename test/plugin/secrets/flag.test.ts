import test from 'ava';
import { inspect } from 'node:util';
import { UserError } from '../../../plugin/exit.ts';
import { parseSecretFlag, readSecretFlags } from '../../../plugin/secrets/flag.ts';
import { reveal } from '../../../proxy/telemetry/sealed.ts';

const parses = test.macro({
  exec(t, text: string, name: string, variable: string, key: string) {
    t.deepEqual(parseSecretFlag(text), { name, variable, key });
  },
  title: (_, text) => `--secret ${text} is understood`,
});
test(parses, 'anthropic-credentials=ANTHROPIC_API_KEY:api-key', 'anthropic-credentials', 'ANTHROPIC_API_KEY', 'api-key');
test(parses, 'anthropic-credentials=ANTHROPIC_API_KEY', 'anthropic-credentials', 'ANTHROPIC_API_KEY', 'anthropic-api-key');
test(parses, ' a = B : c ', 'a', 'B', 'c');
test(parses, 'a.b=_X9', 'a.b', '_X9', '-x9');
test(parses, 'a=B:C_d.e', 'a', 'B', 'C_d.e');

const refuses = test.macro({
  exec(t, text: string, message: RegExp) {
    const error = t.throws(() => parseSecretFlag(text), { instanceOf: UserError, message });
    t.true(error?.hints.some((hint) => hint.includes('NAME=ENVVAR[:KEY]')));
  },
  title: (_, text: string) => `--secret ${text.slice(0, 40) || "''"} is refused with the grammar`,
});
test(refuses, '', /no `=`/);
test(refuses, 'name', /no `=`/);
test(refuses, '=X', /name of the Secret is empty/);
test(refuses, 'Name=X', /can't name a Secret/);
test(refuses, '-a=X', /can't name a Secret/);
test(refuses, `${'a'.repeat(254)}=X`, /longer than 253/);
test(refuses, 'a=', /no environment variable is named/);
test(refuses, 'a=:k', /no environment variable is named/);
test(refuses, 'a=1X', /not the name of an environment variable/);
test(refuses, 'a=X:', /the key is empty/);
test(refuses, 'a=X:b:c', /can't be a key/);
test(refuses, 'a=X:..', /would be a folder/);

test('a key written in place of the variable is not repeated in the error', (t) => {
  const error = t.throws(() => parseSecretFlag('anthropic=sk-ant-made-up-000'), { instanceOf: UserError });
  t.false([error?.message, ...(error?.hints ?? [])].join('\n').includes('sk-ant'));
});

test('flags with the same name make one Secret', (t) => {
  const secrets = readSecretFlags(['a=X', 'b=X:k', 'a=Y:y'], { X: '1', Y: '2' });
  t.deepEqual(secrets.map(({ name, values }) => [name, [...values].map(([key, value]) => [key, reveal(value)])]), [
    ['a', [['x', '1'], ['y', '2']]],
    ['b', [['k', '1']]],
  ]);
});

test('the same key twice in one Secret is refused', (t) => {
  t.throws(() => readSecretFlags(['a=X:k', 'a=Y:k'], { X: '1', Y: '2' }), { instanceOf: UserError, message: /k is given twice/ });
});

test('every variable that is not set or empty is named', (t) => {
  const error = t.throws(() => readSecretFlags(['a=MISSING', 'b=EMPTY', 'c=THERE'], { EMPTY: '', THERE: 'x' }), { instanceOf: UserError });
  t.deepEqual([...(error?.lines ?? []), `error: ${error?.message}`], [
    'error: --secret a: the environment variable MISSING is not set',
    'error: --secret b: the environment variable EMPTY is empty',
  ]);
  t.deepEqual(error?.hints, ['export MISSING=... and try again', 'export EMPTY=... and try again']);
});

test('a Secret that was read prints no value', (t) => {
  const secrets = readSecretFlags(['a=X'], { X: 'made-up-value' });
  t.false((JSON.stringify(secrets.map(({ values }) => [...values])) + inspect(secrets, { depth: 9 })).includes('made-up-value'));
});
