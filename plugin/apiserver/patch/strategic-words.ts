// How Kubernetes refuses a strategic merge patch whose values do not fit: it reads maps into structs, and has its own words for that.

const sources: { readonly [kind: string]: string } = { object: 'map', array: 'slice', string: 'string', bool: 'bool', number: 'int64' };

/** The fault of a JSON reader in the words of the converter from maps to structs. */
export function converterWords(fault: string): string {
  const [, found = '', type = ''] = /^json: cannot unmarshal (\w+).* of type (\S+)$/.exec(fault) ?? [];
  if (found === '') return `error decoding from json: ${fault}`;
  const source = sources[found] ?? found;
  if (type.startsWith('map[')) return `cannot restore map from ${source}`;
  if (type.startsWith('[]')) return `cannot restore slice from ${source}`;
  if (source === 'int64' && type === 'string') return 'cannot convert int64 to string';
  return type.startsWith('v1.') ? `cannot restore struct from: ${source}` : `unrecognized type: ${type}`;
}
