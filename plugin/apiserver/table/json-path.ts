// The part of JSONPath that printer columns and the scale subresource use: fields, indexes, `*` and `?(@.a=="b")`.
import { equal, isObject } from '../json.ts';

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly path: readonly Step[]; readonly not: boolean; readonly value: unknown };

const token = /^(?:\.?\['((?:[^'\\]|\\.)*)'\]|\.?\["((?:[^"\\]|\\.)*)"\]|\[(-?\d+)\]|(\.?\[\*\]|\.\*)|\.((?:[^.[\]\\{}\s]|\\.)+)|\[\?\(\s*@((?:\.(?:[^.[\]\\=!<>\s]|\\.)+)+)\s*(==|!=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true|false)\s*\)\])/;

const unescape = (name: string): string => name.replaceAll(/\\(.)/g, '$1');

function literal(text: string): unknown {
  return text.startsWith("'") || text.startsWith('"') ? unescape(text.slice(1, -1)) : (JSON.parse(text) as unknown);
}

/** Undefined when the path uses what is not supported. */
export function parseJsonPath(path: string): readonly Step[] | undefined {
  let rest = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  if (rest === '.') return [];
  const steps: Step[] = [];
  while (rest) {
    const found = token.exec(rest);
    if (!found) return undefined;
    const [whole, single, double, index, all, field, filter, operator, value] = found;
    const name = single ?? double ?? field;
    if (name !== undefined) steps.push({ kind: 'field', name: unescape(name) });
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
    else if (all !== undefined) steps.push({ kind: 'all' });
    else if (filter !== undefined && value !== undefined) {
      const inner = parseJsonPath(filter);
      if (!inner) return undefined;
      steps.push({ kind: 'filter', path: inner, not: operator === '!=', value: literal(value) });
    }
    rest = rest.slice(whole.length);
  }
  return steps;
}

/** Every value that the path finds. */
export function evaluate(steps: readonly Step[], root: unknown): readonly unknown[] {
  return steps.reduce<readonly unknown[]>((values, step) => values.flatMap((value) => take(step, value)), [root]);
}

function take(step: Step, value: unknown): readonly unknown[] {
  if (step.kind === 'field') return isObject(value) && Object.hasOwn(value, step.name) && value[step.name] !== undefined ? [value[step.name]] : [];
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  if (step.kind === 'index') {
    const found = items.at(step.index);
    return found === undefined ? [] : [found];
  }
  if (step.kind === 'all') return isObject(value) ? Object.values(value) : items;
  return items.filter((item) => evaluate(step.path, item).some((found) => equal(found, step.value)) !== step.not);
}
