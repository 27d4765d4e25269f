// The words in which a conflict of managers is told.
import { applyConflict, type ApiError } from '../status.ts';
import { memberPaths } from './field-set.ts';
import { identity, type Manager } from './managed-fields.ts';
import type { Conflict } from './settle.ts';

function named({ name, subresource, operation, apiVersion }: Manager): string {
  return `${JSON.stringify(name)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}

/** 409 that names every owner and every field. */
export function conflictError(conflicts: readonly Conflict[]): ApiError {
  const found = conflicts.map(({ manager, set }) => ({ order: identity(manager), name: named(manager), paths: memberPaths(set) })).toSorted((a, b) => (a.order < b.order ? -1 : 1));
  const causes = found.flatMap(({ name, paths }) => paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${name}`, field })));
  const [only] = causes;
  if (only && causes.length === 1) return applyConflict(`Apply failed with 1 conflict: ${only.message}: ${only.field}`, causes);
  const lines = found.flatMap(({ name, paths }) => [`conflicts with ${name}:`, ...paths.map((path) => `- ${path}`)]);
  return applyConflict(`Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`, causes);
}
