// RFC 6902 as Kubernetes' library takes it: a list of operations on a document, applied to the caller's own copy.
import { copy, equal, isObject, type JsonObject } from '../json.ts';
import { badRequest, rejected, tooLarge } from '../status.ts';
import { deepest, tooDeep } from '../rest/json-scan.ts';
import { kindOfValue } from '../rest/go-types.ts';

const mostOperations = 10_000;
/** Copies of copies double with every operation: what all of them add together is bounded. */
const mostCopiedBytes = 3 * 1024 * 1024;

const members = ['op', 'path', 'from', 'value'];

/** The operations of a body, and the paths of members that no operation has. 400 for what is no list of operations. */
export function readJsonPatch(body: unknown): { readonly operations: readonly JsonObject[]; readonly unknown: readonly string[] } {
  const wrong = (what: string): Error => badRequest(`error decoding patch: json: cannot unmarshal ${what}`);
  if (body !== null && !Array.isArray(body)) throw wrong(`${kindOfValue(body)} into Go value of type []handlers.jsonPatchOp`);
  const found = (body ?? []) as readonly unknown[];
  const unknown: string[] = [];
  const operations = found.map((one, index) => {
    if (one === null) return {};
    if (!isObject(one)) throw wrong(`${kindOfValue(one)} into Go value of type handlers.jsonPatchOp`);
    for (const key of ['op', 'path', 'from']) if (one[key] !== undefined && one[key] !== null && typeof one[key] !== 'string') throw wrong(`${kindOfValue(one[key])} into Go struct field jsonPatchOp.${key} of type string`);
    unknown.push(...Object.keys(one).filter((key) => !members.includes(key)).map((key) => `[${index}].${key}`));
    return one;
  });
  if (operations.length > mostOperations) throw tooLarge(`Request entity too large: The allowed maximum operations in a JSON patch is ${mostOperations}, got ${operations.length}`);
  return { operations, unknown };
}

type Container = JsonObject | unknown[];

const isContainer = (value: unknown): value is Container => Array.isArray(value) || isObject(value);

/** A number as Go reads an index: negative ones count from the end. Undefined when it is none. */
const atoi = (key: string): number | undefined => (/^[+-]?\d{1,15}$/.test(key) ? Number(key) : undefined);

function indexIn(list: readonly unknown[], key: string): number {
  const given = atoi(key);
  const found = given === undefined ? -1 : given < 0 ? given + list.length : given;
  if (found < 0 || found >= list.length) throw rejected();
  return found;
}

/** The container that a path points into, and the last part of the path. What stands before the first slash does not count. */
function find(document: Container, path: unknown): { readonly inside: Container; readonly key: string } {
  const parts = typeof path === 'string' ? path.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')) : [];
  const key = parts.pop();
  if (key === undefined) throw rejected();
  let inside: unknown = document;
  for (const part of parts) {
    inside = read(inside as Container, part);
    if (!isContainer(inside)) throw rejected();
  }
  return { inside: inside as Container, key };
}

/** A field that is not there reads as undefined; an index that is not there is refused. */
function read(inside: Container, key: string): unknown {
  if (Array.isArray(inside)) return inside[indexIn(inside, key)];
  return Object.hasOwn(inside, key) ? inside[key] : undefined;
}

function add(document: Container, path: unknown, value: unknown): void {
  const { inside, key } = find(document, path);
  if (key === '__proto__') throw badRequest('a field cannot be named __proto__');
  if (!Array.isArray(inside)) {
    inside[key] = value;
    return;
  }
  const given = key === '-' ? inside.length : atoi(key);
  // The place behind the last item counts too, so -1 is that one.
  const index = given === undefined ? -1 : given < 0 ? given + inside.length + 1 : given;
  if (index < 0 || index > inside.length) throw rejected();
  inside.splice(index, 0, value);
}

function remove(document: Container, path: unknown): unknown {
  const { inside, key } = find(document, path);
  if (Array.isArray(inside)) return inside.splice(indexIn(inside, key), 1)[0];
  if (!Object.hasOwn(inside, key)) throw rejected();
  const gone = inside[key];
  delete inside[key];
  return gone;
}

/** Replaces the whole document or a part of it; a field that is not there is made. */
function replace(document: Container, path: unknown, value: unknown): Container {
  if (path === '') {
    if (!isContainer(value)) throw rejected();
    return value;
  }
  const { inside, key } = find(document, path);
  if (key === '__proto__') throw badRequest('a field cannot be named __proto__');
  if (Array.isArray(inside)) inside[indexIn(inside, key)] = value;
  else inside[key] = value;
  return document;
}

function test(document: Container, path: unknown, value: unknown): void {
  if (typeof path !== 'string') throw rejected();
  const { inside, key } = path === '' ? { inside: [document], key: '0' } : find(document, path);
  // Nothing, null and a value that is left out are the same here.
  if (!equal(read(inside, key) ?? null, value ?? null)) throw rejected();
}

/** Moves put one part inside of another, and so can nest deeper than any body may. */
function checkDepth(document: Container): void {
  let level: readonly unknown[] = [document];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= deepest) throw tooDeep();
    level = level.flatMap((one) => (isContainer(one) ? Object.values(one) : [])).filter(isContainer);
  }
}

/** The patched document; 422 when an operation is none or does not apply. */
export function jsonPatch(original: JsonObject, operations: readonly JsonObject[]): Container {
  try {
    const made = operated(original, operations);
    checkDepth(made);
    return made;
  } catch (error) {
    // On the way it became too deep even to be copied.
    throw error instanceof RangeError ? rejected() : error;
  }
}

function operated(original: JsonObject, operations: readonly JsonObject[]): Container {
  let document: Container = copy(original);
  let copied = 0;
  for (const { op, path, from, value } of operations) {
    if (op === 'add') add(document, path, copy(value) ?? null);
    else if (op === 'remove') remove(document, path);
    else if (op === 'replace') document = replace(document, path, copy(value) ?? null);
    else if (op === 'move') add(document, path, remove(document, from));
    else if (op === 'test') test(document, path, value);
    else if (op === 'copy') {
      const { inside, key } = find(document, from);
      const made = copy(read(inside, key)) ?? null;
      copied += JSON.stringify(made).length;
      if (copied > mostCopiedBytes) throw rejected();
      add(document, path, made);
    } else throw rejected();
  }
  return document;
}
