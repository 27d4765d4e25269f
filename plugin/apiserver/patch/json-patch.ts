// RFC 6902: a list of operations on a document, applied to the caller's own copy.
import { copy, equal, isObject } from '../json.ts';
import { badRequest, unprocessable, tooLarge } from '../status.ts';

const mostOperations = 10_000;

interface Operation {
  readonly op: string;
  readonly path: readonly string[];
  readonly from: readonly string[] | undefined;
  readonly value: unknown;
}

function pointer(value: unknown): readonly string[] {
  if (typeof value !== 'string' || (value !== '' && !value.startsWith('/'))) throw badRequest(`json patch has an invalid path ${JSON.stringify(value)}`);
  return value.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(patch: unknown): readonly Operation[] {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: json patch must be a list of operations');
  if (patch.length > mostOperations) throw tooLarge(`The allowed maximum operations in a JSON patch is ${mostOperations}, got ${patch.length}`);
  return patch.map((one: unknown) => {
    if (!isObject(one) || typeof one['op'] !== 'string') throw badRequest('error decoding patch: every operation needs an op');
    return { op: one['op'], path: pointer(one['path']), from: one['from'] === undefined ? undefined : pointer(one['from']), value: one['value'] };
  });
}

const missing = (op: string, path: readonly string[]): never => {
  throw unprocessable(`the server rejected our request due to an error in our request: ${op} operation does not apply: doc is missing path: "/${path.join('/')}"`);
};

function index(list: readonly unknown[], key: string, path: readonly string[], inserting: boolean): number {
  if (inserting && key === '-') return list.length;
  const found = /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : -1;
  return found >= 0 && found < list.length + (inserting ? 1 : 0) ? found : missing('list', path);
}

function find(document: unknown, path: readonly string[], op: string): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[index(value, key, path, false)];
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : missing(op, path);
  }, document);
}

function add(document: unknown, { path, op }: Operation, value: unknown): unknown {
  const key = path.at(-1);
  if (key === undefined) return value;
  if (key === '__proto__') throw badRequest('a field cannot be named __proto__');
  const parent = find(document, path.slice(0, -1), op);
  if (Array.isArray(parent)) parent.splice(index(parent, key, path, true), 0, value);
  else if (isObject(parent)) parent[key] = value;
  else missing(op, path);
  return document;
}

function remove(document: unknown, path: readonly string[], op: string): void {
  const key = path.at(-1);
  if (key === undefined) throw unprocessable('a json patch cannot remove the whole object');
  const parent = find(document, path.slice(0, -1), op);
  if (Array.isArray(parent)) parent.splice(index(parent, key, path, false), 1);
  else if (isObject(parent) && Object.hasOwn(parent, key)) delete parent[key];
  else missing(op, path);
}

/** The patched document; 400 or 422 when an operation is wrong or does not apply. */
export function jsonPatch(original: unknown, patch: unknown): unknown {
  let document = copy(original);
  for (const operation of read(patch)) {
    const { op, path, from } = operation;
    if (op === 'add') document = add(document, operation, copy(operation.value));
    else if (op === 'remove') remove(document, path, op);
    else if (op === 'replace') {
      if (path.length > 0) {
        find(document, path, op);
        remove(document, path, op);
      }
      document = add(document, operation, copy(operation.value));
    } else if ((op === 'move' || op === 'copy') && from) {
      const value = copy(find(document, from, op));
      if (op === 'move') remove(document, from, op);
      document = add(document, operation, value);
    } else if (op === 'test') {
      if (!equal(find(document, path, op), operation.value)) {
        throw unprocessable(`the server rejected our request due to an error in our request: testing value /${path.join('/')} failed`);
      }
    } else throw badRequest(`Unexpected kind: ${op}`);
  }
  return document;
}
