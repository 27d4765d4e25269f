// One gateway's certificate authority: mints a leaf per server name and keeps the ready TLS contexts, bounded.
import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { encodeCertificate, signerOf, type Signer } from './x509/encode.ts';
import { clockSkewMs } from './x509/issue.ts';

const leafLifeMs = 3_600_000;
/** A context is not used in the last part of its leaf's life: a connection may live on for a while. */
const expiryMarginMs = 600_000;
/** Roughly 40 kB each; a flood of names turns the cache over and does not grow it. */
const maxContexts = 512;

// One key for all leaves of this process: what tells sandboxes apart is the listener, not the leaf.
const leafKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const leafKeyPem = leafKey.privateKey.export({ type: 'pkcs8', format: 'pem' });

interface Minted {
  readonly context: SecureContext;
  readonly useUntil: number;
}

export class Authority {
  readonly #certificate: string;
  readonly #fingerprint: string;
  readonly #signer: Signer;
  readonly #minted = new Map<string, Minted>();

  /** PEM. Throws when the two do not belong together or are not P-256. */
  constructor(pair: { readonly certificate: string; readonly key: string }) {
    const key = createPrivateKey(pair.key);
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('not a P-256 key');
    this.#certificate = pair.certificate;
    this.#fingerprint = fingerprint(pair);
    this.#signer = signerOf(pair.certificate, key);
  }

  isFor(pair: { readonly certificate: string; readonly key: string }): boolean {
    return this.#fingerprint === fingerprint(pair);
  }

  /** Contexts in the cache. */
  get size(): number {
    return this.#minted.size;
  }

  /**
   * The context for a validated name or an IP address. Minting is synchronous (0.3 ms), so two connections for one
   * name can never mint twice.
   */
  context(name: string, now = Date.now()): SecureContext {
    const known = this.#minted.get(name);
    if (known !== undefined) this.#minted.delete(name);
    const usable = known !== undefined && known.useUntil > now ? known : this.#mint(name, now);
    this.#minted.set(name, usable);
    if (this.#minted.size > maxContexts) {
      const oldest = this.#minted.keys().next().value;
      if (oldest !== undefined) this.#minted.delete(oldest);
    }
    return usable.context;
  }

  #mint(name: string, now: number): Minted {
    const leaf = encodeCertificate({
      // A common name holds 64 characters; clients read the alternative name.
      subject: name.length <= 64 ? name : 'clrk egress',
      altNames: [name],
      usage: 'server',
      notBefore: new Date(now - clockSkewMs),
      notAfter: new Date(now + leafLifeMs),
      publicKey: leafKey.publicKey,
    }, this.#signer);
    const context = createSecureContext({ cert: leaf + this.#certificate, key: leafKeyPem, minVersion: 'TLSv1.2' });
    return { context, useUntil: now + leafLifeMs - expiryMarginMs };
  }
}

/** Tells whether a policy brings the same pair again without keeping the key's text. */
function fingerprint(pair: { readonly certificate: string; readonly key: string }): string {
  return createHash('sha256').update(`${pair.certificate}\0${pair.key}`).digest('hex');
}
