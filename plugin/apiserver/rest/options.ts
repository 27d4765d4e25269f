// The query parameters of writes and deletes, checked.
import { isObject, list, text, type JsonObject } from '../json.ts';
import { badRequest } from '../status.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** Empty: the client named none. */
  readonly fieldManager: string;
  readonly force: boolean;
}

function dryRun(values: readonly unknown[]): boolean {
  const wrong = values.find((value) => value !== 'All');
  if (wrong !== undefined && wrong !== '') throw badRequest(`invalid dryRun value ${JSON.stringify(wrong)}: supported values: "All"`);
  return values.includes('All');
}

const on = (value: string | null): boolean => value !== null && value !== 'false' && value !== '0';

export function writeOptions(query: URLSearchParams): WriteOptions {
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  if (fieldValidation !== 'Strict' && fieldValidation !== 'Warn' && fieldValidation !== 'Ignore') {
    throw badRequest(`fieldValidation: Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`);
  }
  const fieldManager = query.get('fieldManager') ?? '';
  if (fieldManager.length > 128) throw badRequest('fieldManager: Too long: may not be more than 128 bytes');
  return { dryRun: dryRun(query.getAll('dryRun')), fieldValidation, fieldManager, force: on(query.get('force')) };
}

export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly propagation: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** From the query and the body; the body wins. */
export function deleteOptions(query: URLSearchParams, body: JsonObject): DeleteOptions {
  const propagation = text(body['propagationPolicy']) || query.get('propagationPolicy') || (body['orphanDependents'] === true ? 'Orphan' : '');
  if (propagation !== '' && propagation !== 'Background' && propagation !== 'Foreground' && propagation !== 'Orphan') {
    throw badRequest(`propagationPolicy: Unsupported value: ${JSON.stringify(propagation)}: supported values: "Foreground", "Background", "Orphan", "nil"`);
  }
  const preconditions = isObject(body['preconditions']) ? body['preconditions'] : {};
  return {
    dryRun: dryRun([...query.getAll('dryRun'), ...list(body['dryRun'])]), propagation: propagation || undefined,
    uid: text(preconditions['uid']), resourceVersion: text(preconditions['resourceVersion']),
  };
}
