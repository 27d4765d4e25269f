import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkCodes } from '../../../plugin/check/codes.ts';
import { says } from '../../../plugin/check/intact.ts';

test('docs/install.md lists every code with its group and its meaning', (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/install.md'), 'utf8');
  for (const [code, { group, meaning }] of Object.entries(checkCodes)) t.true(page.includes(`| ${group} | \`${code}\` | ${meaning} |\n`), code);
});

const rows: readonly (readonly [string, unknown, unknown, boolean])[] = [
  ['what a server fills in is no change', { a: 1, added: 2 }, { a: 1 }, true],
  ['another value is one', { a: 2 }, { a: 1 }, false],
  ['an entry more in a list is one', { list: [1, 2] }, { list: [1] }, false],
  ['an entry less in a list is one', { list: [] }, { list: [1] }, false],
  ['an empty list may be left out', {}, { list: [] }, true],
  ['an empty object may be left out', {}, { selector: {} }, true],
  ['a field that is gone is one', {}, { a: 1 }, false],
];
for (const [title, found, wanted, same] of rows) test(title, (t) => t.is(says(found, wanted), same));
