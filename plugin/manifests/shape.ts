// Looks over a parsed YAML document before it becomes an object: duplicate keys, depth, size; what a parser alone lets through.
import { isAlias, isMap, isNode, isPair, isScalar, isSeq, type Alias, type Document, type LineCounter } from 'yaml';
import type { FaultCode } from './codes.ts';
import { fieldName, keyText, positionAt, type Fault, type Path } from './position.ts';

/** Deeper than any manifest, shallower than anything that recursion would mind. */
export const maxDepth = 64;
const maxNodes = 500_000;
/** Each alias repeats what it points to; a few are a convenience, hundreds are a bomb. */
export const maxAliases = 100;

interface Visit {
  readonly node: unknown;
  readonly path: Path;
}

/** Faults of one document, or none. Walks with a list of its own, so that depth costs no stack. */
export function shapeFaults(file: string, document: Document, lines: LineCounter): readonly Fault[] {
  const faults: Fault[] = [];
  const at = (code: FaultCode, node: unknown, path: Path, [message, hint]: readonly [message: string, hint?: string]): void => {
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    faults.push({ code, file, ...positionAt(lines, range?.[0] ?? 0), field: fieldName(path), message, ...(hint === undefined ? {} : { hint }) });
  };
  const open: Visit[] = [{ node: document.contents, path: [] }];
  let nodes = 0;
  let aliases = 0;
  const anchors = new Map<string, number>();
  const references: Alias[] = [];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { node, path } = visit;
    if (++nodes > maxNodes) return [...faults, { code: 'too-large', file, line: 1, column: 1, field: '', message: `more than ${maxNodes} values in one document` }];
    if (path.length > maxDepth) {
      at('too-deep', node, [], [`nested deeper than ${maxDepth} levels`]);
      return faults;
    }
    if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) at('no-json', node, path, [`${node.source ?? 'this'} is no number that JSON has`]);
    if (isAlias(node) && ++aliases > maxAliases) {
      at('alias', node, path, [`more than ${maxAliases} aliases in one document`, 'write the values out']);
      return faults;
    }
    if (isAlias(node)) references.push(node);
    else if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, Math.min(node.range?.[0] ?? 0, anchors.get(node.anchor) ?? Infinity));
    if (isMap(node)) {
      const seen = new Set<string>();
      for (const pair of node.items) {
        const key = keyText(pair);
        if (!isScalar(pair.key) && typeof pair.key !== 'string') at('wrong-key', pair.key ?? node, path, ['a key must be plain text']);
        else if (seen.has(key) && key !== '<<') at('duplicate-key', pair.key, [...path, key], [`the key ${JSON.stringify(key)} stands twice in one block`, 'remove one of them']);
        seen.add(key);
        open.push({ node: pair.value, path: [...path, key] });
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) open.push({ node: isPair(item) ? item.value : item, path: [...path, index] });
    }
  }
  for (const alias of references) if ((anchors.get(alias.source) ?? Infinity) > (alias.range?.[0] ?? 0)) at('alias', alias, [], [`the alias *${alias.source} has no anchor`, `an anchor is written &${alias.source}, before the value and before the alias`]);
  return faults;
}
