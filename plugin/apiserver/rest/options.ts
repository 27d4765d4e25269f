// The query parameters of writes and deletes, checked.
import { isObject, list, type JsonObject } from '../json.ts';
import { badRequest, fieldError, invalidOptions, type FieldError } from '../status.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** Empty: the client named none. */
  readonly fieldManager: string;
  readonly force: boolean;
}

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

const validations: readonly string[] = ['', 'Ignore', 'Strict', 'Warn'];

const dryRunErrors = (values: readonly unknown[]): readonly FieldError[] => (values.every((value) => value === 'All') ? [] : [fieldError.unsupported('dryRun', values, ['All'])]);

function managerErrors(manager: string): readonly FieldError[] {
  const errors = Buffer.byteLength(manager) > 128 ? [fieldError.tooLong('fieldManager', 128)] : [];
  let at = 0;
  for (const letter of manager) {
    const point = letter.codePointAt(0) ?? 0;
    if (/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(letter)) errors.push(fieldError.invalid('fieldManager', manager, `invalid character U+${point.toString(16).toUpperCase().padStart(4, '0')} (at position ${at})`));
    at += Buffer.byteLength(letter);
  }
  return errors;
}

const on = (value: string | null): boolean => value !== null && value !== 'false' && value !== '0';

export function writeOptions(query: URLSearchParams, kind: OptionsKind = 'PatchOptions'): WriteOptions {
  const fieldValidation = query.get('fieldValidation') ?? '';
  const fieldManager = query.get('fieldManager') ?? '';
  const dryRun = query.getAll('dryRun');
  const errors = [...managerErrors(fieldManager), ...dryRunErrors(dryRun), ...(validations.includes(fieldValidation) ? [] : [fieldError.unsupported('fieldValidation', fieldValidation, validations)])];
  if (errors.length > 0) throw invalidOptions(kind, errors);
  return { dryRun: dryRun.length > 0, fieldValidation: (fieldValidation || 'Warn') as FieldValidation, fieldManager, force: on(query.get('force')) };
}

export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly propagation: 'Background' | 'Foreground' | 'Orphan' | undefined;
  /** Undefined: any. */
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

const policies: readonly unknown[] = ['Foreground', 'Background', 'Orphan'];

/** What the query says is said in the words of the body. */
function fromQuery(query: URLSearchParams): JsonObject {
  const [grace, orphan, policy] = [query.get('gracePeriodSeconds'), query.get('orphanDependents'), query.get('propagationPolicy')];
  if (grace !== null && !/^[-+]?\d{1,18}$/.test(grace)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`);
  return { dryRun: query.getAll('dryRun'), ...(orphan !== null && { orphanDependents: on(orphan) }), ...(policy !== null && { propagationPolicy: policy }) };
}

function wrongType(field: string, value: unknown, wanted: string): Error {
  const found = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value;
  return badRequest(`json: cannot unmarshal ${found} into Go struct field DeleteOptions.${field} of type ${wanted}`);
}

/** From the body, or from the query when there is no body. */
export function deleteOptions(query: URLSearchParams, body: JsonObject | undefined): DeleteOptions {
  if (body && body['kind'] !== undefined && body['kind'] !== 'DeleteOptions') throw badRequest(`a delete takes DeleteOptions, not ${JSON.stringify(body['kind'])}`);
  const given = body ?? fromQuery(query);
  const { gracePeriodSeconds: grace, orphanDependents: orphan, propagationPolicy: policy } = given;
  if (grace !== undefined && grace !== null && !Number.isInteger(grace)) throw wrongType('gracePeriodSeconds', grace, 'int64');
  if (orphan !== undefined && orphan !== null && typeof orphan !== 'boolean') throw wrongType('orphanDependents', orphan, 'bool');
  const dryRun = list(given['dryRun']);
  const errors: FieldError[] = [];
  if (policy && typeof orphan === 'boolean') errors.push(fieldError.invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'));
  if (policy !== undefined && policy !== null && !policies.includes(policy)) errors.push(fieldError.unsupported('propagationPolicy', policy, [...policies, 'nil']));
  errors.push(...dryRunErrors(dryRun));
  if (errors.length > 0) throw invalidOptions('DeleteOptions', errors);
  const preconditions = isObject(given['preconditions']) ? given['preconditions'] : {};
  const old = orphan === true ? 'Orphan' : orphan === false ? 'Background' : undefined;
  const precondition = (key: string): string | undefined => (typeof preconditions[key] === 'string' ? preconditions[key] : undefined);
  return { dryRun: dryRun.length > 0, propagation: (policy as DeleteOptions['propagation'] | null) ?? old, uid: precondition('uid'), resourceVersion: precondition('resourceVersion') };
}
