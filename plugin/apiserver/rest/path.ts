// Reads a resource path: group, version, namespace, resource, name, subresource.

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly plural: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** The old form of a watch: the collection's path behind /watch/. */
  readonly watching: boolean;
  /** What follows a proxy subresource, as it was sent. */
  readonly rest: string;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Undefined: not the path of a resource. */
export function parsePath(pathname: string): ResourcePath | undefined {
  const raw = pathname.split('/').slice(1);
  // A slash that was sent encoded parts the path like any other.
  const segments = raw.flatMap((segment) => decoded(segment)?.split('/') ?? [undefined]);
  if (segments.some((one) => one === undefined || one.includes('\0'))) return undefined;
  const parts = segments as readonly string[];
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const watching = parts[core ? 2 : 3] === 'watch' && parts.length > (core ? 3 : 4);
  const start = (core ? 2 : 3) + (watching ? 1 : 0);
  const [group, version] = core ? ['', parts[1]] : [parts[1], parts[2]];
  const below = parts.slice(start);
  if (below.at(-1) === '' && below.length < 4) below.pop();
  if (group === undefined || !version || below.length === 0) return undefined;
  const inNamespace = below[0] === 'namespaces' && below.length > 2 && !(below.length === 3 && (below[2] === 'status' || below[2] === 'finalize'));
  const [plural, name, subresource] = inNamespace ? below.slice(2) : below;
  const used = start + (inNamespace ? 2 : 0) + 3;
  if (!plural || (subresource !== 'proxy' && parts.length > used)) return undefined;
  return {
    group, version, plural, namespace: inNamespace ? below[1] : undefined, name: name || undefined, subresource: subresource || undefined, watching,
    rest: raw.slice(used).join('/'),
  };
}
