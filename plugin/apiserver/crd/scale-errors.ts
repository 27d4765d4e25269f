// Whether the values at the paths of a scale subresource are what a scale can show.
import { isObject, type KubeObject } from '../json.ts';
import type { Scale } from '../resource.ts';
import { fieldError, type FieldError } from '../status.ts';
import { goText, goTypeOf } from '../schema/go-text.ts';

const most = 2 ** 31 - 1;

/** The value at a path, or why it is not of the type, as Go's accessor says it. */
function nested(object: KubeObject, path: readonly string[], wanted: 'int64' | 'string'): { readonly value: unknown; readonly fault?: string } {
  let found: unknown = object;
  for (const [index, key] of path.entries()) {
    if (found === undefined) return { value: undefined };
    if (!isObject(found)) return { value: undefined, fault: `${dotted(path.slice(0, index + 1))} accessor error: ${goText(found)} is of the type ${goTypeOf(found)}, expected map[string]interface{}` };
    found = found[key];
  }
  if (found === undefined || goTypeOf(found) === wanted) return { value: found };
  return { value: undefined, fault: `${dotted(path)} accessor error: ${goText(found)} is of the type ${goTypeOf(found)}, expected ${wanted}` };
}

const dotted = (path: readonly string[]): string => `.${path.join('.')}`;

function replicas(object: KubeObject, path: readonly string[]): readonly FieldError[] {
  const { value, fault } = nested(object, path, 'int64');
  if (fault !== undefined) return [fieldError.invalid(dotted(path), 0, fault)];
  if (typeof value !== 'number') return [];
  if (value < 0) return [fieldError.invalid(dotted(path), value, 'should be a non-negative integer')];
  return value > most ? [fieldError.invalid(dotted(path), value, `should be less than or equal to ${most}`)] : [];
}

/** `statusOnly`: a write of the status is not refused for its spec. */
export function scaleErrors(object: KubeObject, scale: Scale, statusOnly: boolean): readonly FieldError[] {
  const selector = scale.labelSelector && nested(object, scale.labelSelector, 'string');
  return [
    ...(statusOnly ? [] : replicas(object, scale.specReplicas)), ...replicas(object, scale.statusReplicas),
    ...(scale.labelSelector && selector?.fault !== undefined ? [fieldError.invalid(dotted(scale.labelSelector), '', selector.fault)] : []),
  ];
}
