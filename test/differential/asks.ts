// The questions that many cases ask: patches of all four types, and objects to apply.
import type { Ask, Body } from './case.ts';
import { widgetsPath } from './fixtures.ts';

type Asked = readonly [method: string, path: string, ask: Ask];

/** A refusal shows the whole object as it would be, in the order in which Go writes it: what is wrong with it is compared, not its print. */
const withoutObject = (body: Body): unknown => JSON.parse(JSON.stringify(body).replaceAll(/Invalid value: \\"(\{|map\[)(?:[^"\\]|\\\\(?:\\"|\\{2})|\\[^"\\])*\\":/g, 'Invalid value: <the object>:').replaceAll(/is missing in '(?:[^'])*'/g, "is missing in '<the object>'")) as unknown;

const patched = (type: string) => (path: string, body: unknown, more: Ask = {}): Asked => ['PATCH', path, { keep: withoutObject, ...more, body, headers: { 'content-type': type, ...more.headers } }];

export const jsonPatch = patched('application/json-patch+json');
export const mergePatch = patched('application/merge-patch+json');
export const strategicPatch = patched('application/strategic-merge-patch+json');

/** Server-side apply; `more` is added to the query, e.g. `&force=true`. */
export const apply = (manager: string, path: string, body: unknown, more = ''): Asked =>
  patched('application/apply-patch+yaml')(`${path}?fieldManager=${manager}${more}`, typeof body === 'string' ? body : body);

/** A Widget as a tool applies it: with no more than it wants to own. */
export const wanted = (spec: object, metadata: object = {}): object => ({ apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: { name: 'one', ...metadata }, spec });
export const onePath = `${widgetsPath}/one`;
