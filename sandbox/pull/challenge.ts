// Reads the header in which a registry says where a token is to be had.

export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const longest = 8192;

/** The challenges of a WWW-Authenticate header, in order; what cannot be read is left out. */
export function parseChallenges(header: string): readonly Challenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  // A name before `=` is a parameter of the scheme before it; a word alone is the next scheme.
  const pieces = header.slice(0, longest).matchAll(/([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g);
  for (const [, name = '', quoted, plain] of pieces) {
    if (quoted === undefined && plain === undefined) found.push({ scheme: name.toLowerCase(), parameters: {} });
    else {
      const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
      const last = found.at(-1);
      if (last !== undefined && value !== undefined && !Object.hasOwn(last.parameters, name.toLowerCase())) last.parameters[name.toLowerCase()] = value;
    }
  }
  return found;
}

/**
 * Where to ask for a token; undefined when the registry wants something else than a bearer token, or wants it fetched over plain http
 * although it speaks TLS itself: whoever listens there could hand out what they like.
 */
export function tokenUrl(header: string, repository: string, isPlain: boolean): URL | undefined {
  const bearer = parseChallenges(header).find(({ scheme }) => scheme === 'bearer');
  const realm = bearer?.parameters['realm'];
  if (bearer === undefined || realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  if (url.protocol !== 'https:' && !(isPlain && url.protocol === 'http:')) return undefined;
  url.username = '';
  url.password = '';
  const { service, scope } = bearer.parameters;
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', scope ?? `repository:${repository}:pull`);
  return url;
}
