// Every refusal that the API server can answer with: the Status bodies, their reasons, codes and words, in one table.
import type { JsonObject } from './json.ts';
import { goText } from './schema/go-text.ts';

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** What a Status says it is about; `plural` for most reasons, the kind itself for Invalid, as Kubernetes does. */
export interface About {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** A refusal that the client is told about, in the table's words only. */
export class ApiError extends Error {
  /** Told beside the refusal. */
  warnings: readonly string[] = [];
  readonly code: number;
  readonly reason: string;
  readonly details: Details | undefined;
  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
  body(): JsonObject {
    return {
      kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: this.message,
      ...(this.reason && { reason: this.reason }), ...(this.details && { details: this.details }), code: this.code,
    };
  }
}

/** As Go prints a string in quotes: other escapes than JSON for what can't be printed. */
export const quoted = (text: string): string => JSON.stringify(text).replaceAll(/\\u00([0-9a-f]{2})/g, '\\x$1').replaceAll('\x7f', '\\x7f').replaceAll('\\x07', '\\a').replaceAll('\\x0b', '\\v');

const qualified = (name: string, group: string): string => (group ? `${name}.${group}` : name);
const about = (of: About, name: string): Details => ({ ...(name && { name }), ...(of.group && { group: of.group }), kind: of.plural });

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);
export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized');
export const forbidden = (of: About, name: string, why: string, causes?: readonly Cause[]): ApiError =>
  new ApiError(403, 'Forbidden', `${qualified(of.plural, of.group)}${name ? ` ${JSON.stringify(name)}` : ''} is forbidden: ${why}`,
    { ...about(of, name), ...(causes && { causes }) });
export const forbiddenPath = (user: string, verb: string, path: string): ApiError =>
  new ApiError(403, 'Forbidden', `forbidden: User ${JSON.stringify(user)} cannot ${verb} path ${JSON.stringify(path)}`, {});
export const notFound = (of: About, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${qualified(of.plural, of.group)} ${JSON.stringify(name)} not found`, about(of, name));
export const noSuchPath = (): ApiError => new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
/** Where no part of Kubernetes listens, Go's own words are sent, as plain text. */
export class Nowhere extends ApiError {
  readonly text = '404 page not found\n';
  constructor() {
    super(404, 'NotFound', 'the server could not find the requested resource', {});
  }
}
export const methodNotAllowed = (): ApiError =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
/** A custom kind is asked for what it does not do. */
export const verbNotSupported = (of: About, verb: string): ApiError =>
  new ApiError(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind ${JSON.stringify(qualified(of.plural, of.group))}`, { ...(of.group && { group: of.group }), kind: of.plural });
export const notAcceptable = (offered: readonly string[]): ApiError =>
  new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${offered.join(', ')}`);
export const alreadyExists = (of: About, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${qualified(of.plural, of.group)} ${JSON.stringify(name)} already exists`, about(of, name));
/** A write that would give an object another identity; worded as the storage of a real cluster says it. */
export const wrongIdentity = (of: About, name: string, { key, wanted, found }: { readonly key: string; readonly wanted: string; readonly found: string }): ApiError =>
  conflict(of, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`);
/** A delete that was meant for another state of the object speaks of the kind, not of the resource. */
export const preconditionFailed = (of: About, name: string, why: string): ApiError => conflict({ ...of, plural: of.kind }, name, why);
export const conflict = (of: About, name: string, why = 'the object has been modified; please apply your changes to the latest version and try again'): ApiError =>
  new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(of.plural, of.group)} ${JSON.stringify(name)}: ${why}`, about(of, name));
export const applyConflict = (message: string, causes: readonly Cause[]): ApiError => new ApiError(409, 'Conflict', message, { causes });
export const expired = (message: string): ApiError => new ApiError(410, 'Expired', message);
export const tooLarge = (message: string): ApiError => new ApiError(413, 'RequestEntityTooLarge', message);
export const unsupportedMediaType = (offered: readonly string[]): ApiError =>
  new ApiError(415, 'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${offered.join(', ')}`);
/** What the routes of compiled-in kinds answer, before anything of the request is looked at. */
export const unroutedMediaType = (): ApiError => new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
/** A patch that does not apply; what is wrong with it is not told. */
export const rejected = (): ApiError => new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
export const internal = (message: string): ApiError =>
  new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ reason: '', message, field: '' }] });
export const unavailable = (message: string): ApiError => new ApiError(503, 'ServiceUnavailable', message);
/** What Kubernetes answers where nobody thought of a reason: a patch that can't be built, a version that is no number. */
export const untypable = (message: string): ApiError => new ApiError(500, '', message);
export const tooLargeVersion = (wanted: number, current: number): ApiError =>
  new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 });

/** One field that is wrong, worded as Kubernetes words it. */
export interface FieldError {
  readonly field: string;
  readonly reason: 'FieldValueRequired' | 'FieldValueInvalid' | 'FieldValueTypeInvalid' | 'FieldValueNotSupported' | 'FieldValueDuplicate' | 'FieldValueForbidden' | 'FieldValueTooLong' | 'FieldValueTooMany' | 'InternalError';
  readonly message: string;
}

/** As Go's encoder writes JSON: what means something to HTML is escaped. */
const escaped = (json: string): string => json.replaceAll(/[<>&\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
const shown = (value: unknown): string => (value === undefined ? 'null' : typeof value === 'string' ? quoted(value) : typeof value === 'number' ? goText(value) : escaped(JSON.stringify(value) ?? 'null'));
export const fieldError = {
  required: (field: string, detail = ''): FieldError => ({ field, reason: 'FieldValueRequired', message: `Required value${detail && `: ${detail}`}` }),
  invalid: (field: string, value: unknown, detail: string): FieldError => ({ field, reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${detail}` }),
  type: (field: string, found: string, detail: string): FieldError => ({ field, reason: 'FieldValueTypeInvalid', message: `Invalid value: ${shown(found)}: ${detail}` }),
  unsupported: (field: string, value: unknown, allowed: readonly unknown[]): FieldError => ({
    field, reason: 'FieldValueNotSupported', message: `Unsupported value: ${shown(value)}: supported values: ${allowed.map((one) => shown(one)).join(', ')}`,
  }),
  duplicate: (field: string, value: unknown): FieldError => ({ field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown(value)}` }),
  forbidden: (field: string, detail: string): FieldError => ({ field, reason: 'FieldValueForbidden', message: `Forbidden: ${detail}` }),
  internal: (field: string, detail: string): FieldError => ({ field, reason: 'InternalError', message: `Internal error: ${detail}` }),
  tooLong: (field: string, most: number): FieldError => ({ field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${most} ${most === 1 ? 'byte' : 'bytes'}` }),
  tooMany: (field: string, count: number, most: number): FieldError => ({ field, reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${most} ${most === 1 ? 'item' : 'items'}` }),
} as const;

/** 422 with one cause for each wrong field. */
export function invalid(of: About, name: string, errors: readonly FieldError[]): ApiError {
  const lines = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  return new ApiError(422, 'Invalid', `${qualified(of.kind, of.group)} ${JSON.stringify(name)} is invalid: ${lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`}`, {
    ...(name && { name }), ...(of.group && { group: of.group }), ...(of.kind && { kind: of.kind }), causes: errors,
  });
}

/** Query parameters, or the body of a delete, that are not what they may be. */
export const invalidOptions = (kind: string, errors: readonly FieldError[]): ApiError => invalid({ group: 'meta.k8s.io', plural: '', kind }, '', errors);
