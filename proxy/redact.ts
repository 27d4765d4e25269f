// Cleans what is exported: known credential headers by name, and the bytes of injected secrets wherever they turn up.
import type { LiveCredential } from './policy.ts';
import { redacted, reveal } from './telemetry/sealed.ts';

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
    for (const c of credentials) if (c.secret.state === 'present') for (const form of forms(reveal(c.secret.value))) needles.add(form);
    this.#needles = [...needles].toSorted((a, b) => b.length - a.length);
    this.margin = Math.max(0, ...this.#needles.map((n) => n.length));
  }

  header(name: string, value: string): string {
    const lower = name.toLowerCase();
    return credentialHeaders.has(lower) || this.#names.has(lower) ? redacted : this.text(value);
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

/** How an upstream may echo a secret: as sent, in JSON, in a URL, and the token after `Bearer `. */
function forms(secret: string): string[] {
  const bare = /^(?:Bearer|Basic|Token) +(.+)$/i.exec(secret)?.[1];
  const whole = bare === undefined ? [secret] : [secret, bare];
  return whole.flatMap((s) => [s, JSON.stringify(s).slice(1, -1), encodeURIComponent(s), Buffer.from(s, 'latin1').toString('base64')]).filter((s) => s.length >= 4);
}
