// Cleans what is exported: known credential headers by name, and the bytes of injected secrets wherever they turn up.
import type { LiveCredential } from './policy.ts';
import { redacted, reveal, type Sealed } from './telemetry/sealed.ts';

/** Headers that carry credentials of known services, in lower case. */
export const credentialHeaders: ReadonlySet<string> = new Set([
  'authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-auth-token', 'openai-api-key', 'anthropic-api-key',
  'x-goog-api-key', 'api-key', 'x-amz-security-token',
]);
const credentialParameters = /([?&](?:key|api[-_]?key|access[-_]?token|token|sig|signature|x-amz-signature|x-amz-security-token|password)=)[^&]*/gi;

/** Redacts for one exchange: it knows which secrets went into it. */
export class Redactor {
  readonly #names: ReadonlySet<string>;
  /** Latin-1 strings, as bytes are searched. */
  readonly #needles: readonly string[];
  /** Bytes that a capture must keep beyond its end, so that a secret cut in two is still found. */
  readonly margin: number;

  constructor(credentials: readonly LiveCredential[]) {
    this.#names = new Set(credentials.map((c) => c.header));
    const needles = new Set<string>();
    for (const c of credentials) if (c.secret.state === 'present') for (const form of formsOf(c.secret.value)) needles.add(form);
    this.#needles = [...needles].toSorted((a, b) => b.length - a.length);
    this.margin = Math.max(0, ...this.#needles.map((n) => n.length));
  }

  header(name: string, value: string): string {
    const lower = name.toLowerCase();
    return credentialHeaders.has(lower) || this.#names.has(lower) ? redacted : this.text(value);
  }

  /** In lower case, as names are compared; an upstream may have put a secret into one, in any case of letters. */
  headerName(name: string): string {
    const lower = name.toLowerCase();
    return this.#needles.some((n) => n.length <= lower.length && lower.includes(n.toLowerCase())) ? redacted : lower;
  }

  text(value: string): string {
    return this.#needles.reduce((clean, needle) => clean.replaceAll(needle, redacted), value);
  }

  url(value: string): string {
    return this.text(value.replace(credentialParameters, `$1${redacted}`));
  }

  bytes(value: Buffer): Buffer {
    if (!this.#needles.some((n) => value.includes(n, 0, 'latin1'))) return value;
    return Buffer.from(this.text(value.toString('latin1')), 'latin1');
  }
}

/** Making the forms costs more than a search for them, so they are made once for as long as a secret is in effect. */
const known = new WeakMap<Sealed, readonly string[]>();

function formsOf(secret: Sealed): readonly string[] {
  const made = known.get(secret) ?? forms(reveal(secret));
  known.set(secret, made);
  return made;
}

/** How an upstream may echo a secret: as sent, in JSON, in a URL, in base64, and the token after `Bearer `. */
function forms(secret: string): string[] {
  const bare = /^(?:Bearer|Basic|Token) +(.+)$/i.exec(secret)?.[1];
  const whole = bare === undefined ? [secret] : [secret, bare];
  return whole.flatMap((s) => [s, JSON.stringify(s).slice(1, -1), encodeURIComponent(s), Buffer.from(s, 'latin1').toString('base64'), ...insideBase64(s)]).filter((s) => s.length >= 4);
}

/** In the base64 of a longer text a secret stands in one of three alignments; only characters that are all its own can be known. */
function insideBase64(secret: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.from('\0'.repeat(offset) + secret, 'latin1').toString('base64');
    const own = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + secret.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
