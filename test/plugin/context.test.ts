// Where a person's files are.
import test from 'ava';
import { userInfo } from 'node:os';
import { homeOf } from '../../plugin/context.ts';

test('a home that is empty, relative or missing is that of the account, never the root folder or the current one', (t) => {
  for (const env of [{ HOME: '' }, { HOME: 'here' }, {}]) t.is(homeOf(env), userInfo().homedir);
  t.is(homeOf({ HOME: '/home/me' }), '/home/me');
});
