// Reads image references as people write them: registry, repository, and a tag or a digest.

export interface Reference {
  /** As it was written, for messages. */
  readonly text: string;
  /** Host, with a port where one was given: `docker.io`, `localhost:5000`. */
  readonly registry: string;
  readonly repository: string;
  /** Absent when a digest says which image is meant. */
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

const longest = 1024;
const host = /^(?:\[[0-9a-fA-F:.]{2,45}\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::\d{1,5})?$/;
const part = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;

/** Throws an Error that says what is wrong with the reference. */
export function parseReference(text: string): Reference {
  const wrong = (why: string): Error => new Error(`${JSON.stringify(text.slice(0, 200))} is no image reference: ${why}`);
  if (text.length > longest) throw wrong(`it is longer than ${longest} characters`);
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !digestForm.test(digest))) throw wrong('what follows the @ must be sha256: and 64 hexadecimal digits');
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  // As docker reads it: only what looks like a host is one, so that `someone/tool` is found at the usual registry.
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = isHost ? usual(first) : 'docker.io';
  const rest = isHost ? named.slice(slash + 1) : named;
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? 'latest' : rest.slice(colon + 1);
  if (!host.test(registry) || !URL.canParse(`https://${registry}`)) throw wrong(`${JSON.stringify(first)} is no host`);
  if (!path.split('/').every((p) => part.test(p))) throw wrong(/[A-Z]/.test(path) ? 'the name must be in lower case' : `${JSON.stringify(path)} is no name of an image`);
  if (!tagForm.test(tag)) throw wrong(`${JSON.stringify(tag)} is no tag`);
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  return { text, registry, repository, ...(digest === undefined ? { tag } : { digest }) };
}

function usual(registry: string): string {
  return registry === 'index.docker.io' || registry === 'registry-1.docker.io' ? 'docker.io' : registry;
}

/** Where the registry's API answers. `plain`: hosts that speak http without TLS, as the person named them. */
export function apiRoot({ registry }: Reference, plain: ReadonlySet<string>): string {
  if (plain.has(registry.toLowerCase())) return `http://${registry}`;
  // The one registry whose API has another name than its images.
  return registry === 'docker.io' ? 'https://registry-1.docker.io' : `https://${registry}`;
}
