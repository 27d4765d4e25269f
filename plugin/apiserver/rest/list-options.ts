// The query parameters of lists and watches, read and checked as Kubernetes does, in its order.
import type { Resource } from '../resource.ts';
import { badRequest, fieldError, invalid, type FieldError } from '../status.ts';
import { fieldSelector, fieldTerms } from './field-selector.ts';
import { labelSelector, type Matches } from './label-selector.ts';

export interface ListOptions {
  readonly watch: boolean;
  readonly matches: Matches;
  /** With a selector nobody knows how many objects remain after a page. */
  readonly selects: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number;
  readonly limit: number;
  readonly continue: string;
}

const longest = 16 * 1024;
const greatest = 2n ** 63n;

function integer(query: URLSearchParams, name: string): number {
  const value = query.get(name);
  if (value === null) return 0;
  const shown = JSON.stringify(value.slice(0, 1024));
  if (!/^[+-]?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing ${shown}: invalid syntax`);
  if (value.length > 20 || BigInt(value) >= greatest || BigInt(value) < -greatest) throw badRequest(`strconv.ParseInt: parsing ${shown}: value out of range`);
  return Number(value);
}

/** Everything is true but these; a name without a value is true as well. */
const on = (query: URLSearchParams, name: string): boolean => query.has(name) && !['false', '0'].includes((query.get(name) ?? '').toLowerCase());

const matchField = 'resourceVersionMatch';
const initialField = 'sendInitialEvents';

function listErrors({ resourceVersionMatch: match, resourceVersion, continue: token, sendInitialEvents }: ListOptions): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (match) {
    if (!resourceVersion) errors.push(fieldError.forbidden(matchField, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (token) errors.push(fieldError.forbidden(matchField, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(fieldError.unsupported(matchField, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0') errors.push(fieldError.forbidden(matchField, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (sendInitialEvents !== undefined) errors.push(fieldError.forbidden(initialField, 'sendInitialEvents is forbidden for list'));
  return errors;
}

function watchErrors({ resourceVersionMatch: match, continue: token, sendInitialEvents }: ListOptions): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') errors.push(fieldError.forbidden(matchField, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (!match) return errors;
  if (sendInitialEvents === undefined) errors.push(fieldError.forbidden(matchField, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  if (match !== 'NotOlderThan') errors.push(fieldError.unsupported(matchField, match, ['NotOlderThan']));
  if (token) errors.push(fieldError.forbidden(matchField, 'resourceVersionMatch is forbidden when continue is provided'));
  return errors;
}

/** `name`: of a watch of one object by the old path; it is a field selector in other words. */
export function listOptions(query: URLSearchParams, resource: Resource, { watching = false, name }: { readonly watching?: boolean; readonly name?: string | undefined } = {}): ListOptions {
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  if (labels.length > longest || fields.length > longest) throw badRequest('the selector is too long');
  const timeoutSeconds = integer(query, 'timeoutSeconds');
  const limit = integer(query, 'limit');
  const byLabel = labelSelector(labels);
  const terms = fieldTerms(fields);
  const watch = watching || on(query, 'watch');
  const read: Omit<ListOptions, 'matches'> = {
    watch, selects: labels !== '' || terms.length > 0 || name !== undefined, allowWatchBookmarks: on(query, 'allowWatchBookmarks'), resourceVersion: query.get('resourceVersion') ?? '', resourceVersionMatch: query.get(matchField) ?? '',
    sendInitialEvents: query.has(initialField) ? on(query, initialField) : undefined, timeoutSeconds, limit, continue: query.get('continue') ?? '',
  };
  const errors = (watch ? watchErrors : listErrors)({ ...read, matches: byLabel });
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'ListOptions' }, '', errors);
  const byField = fieldSelector(terms, resource);
  if (name !== undefined && terms.length > 0 && terms.find(({ field, equals }) => field === 'metadata.name' && equals)?.value !== name) throw badRequest("fieldSelector metadata.name doesn't match requested name");
  return { ...read, matches: (object) => byLabel(object) && byField(object) && (name === undefined || object.metadata.name === name) };
}

/** 0 for none. Lists put a word more before what Kubernetes answers for what is no version. */
export function revisionOf(value: string, lead = ''): number {
  if (value === '' || value === '0') return 0;
  const reason = !/^\d+$/.test(value) ? 'invalid syntax' : value.length > 20 || BigInt(value) >= 2n ** 64n ? 'value out of range' : '';
  if (reason) throw badRequest(`${lead}resourceVersion: Invalid value: ${JSON.stringify(value.slice(0, 1024))}: strconv.ParseUint: parsing ${JSON.stringify(value.slice(0, 1024))}: ${reason}`);
  return Number(value);
}
