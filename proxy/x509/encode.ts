// Owns the bytes of an X.509 certificate: node-forge encodes the ASN.1, node:crypto signs with P-256.
import { createHash, createPublicKey, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

const { asn1, pki } = forge;
type Node = forge.asn1.Asn1;

/** Who signs: the name and key identifier are copied byte for byte, or chains do not verify under -x509_strict. */
export interface Signer {
  readonly key: KeyObject;
  readonly name: Node;
  readonly keyId: string;
}

export interface Contents {
  readonly subject: string;
  readonly organization?: string;
  /** DNS names, IP addresses and URIs. */
  readonly altNames: readonly string[];
  readonly usage: 'ca' | 'server' | 'client';
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
}

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';

/** Signs `contents`; `signer` is the certificate's own key when it is self-signed. Returns PEM. */
export function encodeCertificate(contents: Contents, signer: Signer | KeyObject): string {
  const spki = read(contents.publicKey.export({ type: 'spki', format: 'der' }));
  const keyId = keyIdentifier(spki);
  const own: Signer | undefined = 'name' in signer ? signer : undefined;
  const shell = pki.createCertificate();
  // forge can only encode RSA keys: a placeholder goes in here and is swapped for the real SubjectPublicKeyInfo below.
  shell.publicKey = pki.setRsaPublicKey(new forge.jsbn.BigInteger('3'), new forge.jsbn.BigInteger('3'));
  shell.siginfo = { algorithmOid: ecdsaWithSha256, parameters: undefined };
  shell.serialNumber = serial();
  shell.validity.notBefore = contents.notBefore;
  shell.validity.notAfter = contents.notAfter;
  const name = [{ name: 'commonName', value: contents.subject, valueTagClass: asn1.Type.UTF8 as unknown as forge.asn1.Class }];
  if (contents.organization !== undefined) {
    name.unshift({ name: 'organizationName', value: contents.organization, valueTagClass: asn1.Type.UTF8 as unknown as forge.asn1.Class });
  }
  shell.setSubject(name);
  shell.setIssuer(name);
  shell.setExtensions(extensions(contents, keyId, own?.keyId ?? keyId));
  const tbs = (pki as unknown as { getTBSCertificate(shell: object): Node }).getTBSCertificate(shell);
  const fields = children(tbs);
  // forge writes NULL parameters; ECDSA has none (RFC 5758 3.2).
  fields[2] = algorithm();
  if (own !== undefined) fields[3] = own.name;
  fields[6] = spki;
  const body = Buffer.from(asn1.toDer(tbs).getBytes(), 'binary');
  const signature = sign('sha256', body, own?.key ?? (signer as KeyObject));
  const whole = sequence([tbs, algorithm(), asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BITSTRING, false, '\0' + binary(signature))]);
  return pem('CERTIFICATE', Buffer.from(asn1.toDer(whole).getBytes(), 'binary'));
}

/** Reads what a child of this certificate must repeat. Throws when the two do not belong together. */
export function signerOf(certificate: string, key: KeyObject): Signer {
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(key)) throw new Error('the issuer certificate and the issuer key do not belong together');
  const tbs = children(children(read(parsed.raw))[0]);
  const name = tbs[5];
  if (name === undefined) throw new Error('the issuer certificate has no subject');
  const spki = read(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  return { key, name, keyId: declaredKeyId(tbs.slice(7)) ?? keyIdentifier(spki) };
}

function declaredKeyId(optional: readonly Node[]): string | undefined {
  const list = optional.find((n) => n.tagClass === asn1.Class.CONTEXT_SPECIFIC && (n.type as number) === 3);
  for (const extension of children(children(list)[0])) {
    const parts = children(extension);
    const oid = parts[0]?.value;
    const value = parts.at(-1)?.value;
    if (typeof oid === 'string' && asn1.derToOid(oid) === '2.5.29.14' && typeof value === 'string') {
      const inner = read(value).value;
      if (typeof inner === 'string') return inner;
    }
  }
  return undefined;
}

function extensions(contents: Contents, keyId: string, issuerKeyId: string): object[] {
  const ca = contents.usage === 'ca';
  const list: object[] = [
    { name: 'basicConstraints', cA: ca, critical: true },
    ca
      ? { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
      : { name: 'keyUsage', digitalSignature: true, critical: true },
  ];
  if (!ca) list.push({ name: 'extKeyUsage', serverAuth: contents.usage === 'server', clientAuth: contents.usage === 'client' });
  if (contents.altNames.length > 0) {
    const altNames = contents.altNames.map((n) => (n.includes('://') ? { type: 6, value: n } : isIP(n) === 0 ? { type: 2, value: n } : { type: 7, ip: n }));
    list.push({ name: 'subjectAltName', altNames });
  }
  // Raw values: forge would derive both from the placeholder key.
  const ski = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OCTETSTRING, false, keyId);
  const aki = sequence([asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0 as forge.asn1.Type, false, issuerKeyId)]);
  list.push({ id: '2.5.29.14', critical: false, value: asn1.toDer(ski).getBytes() });
  list.push({ id: '2.5.29.35', critical: false, value: asn1.toDer(aki).getBytes() });
  return list;
}

/** SHA-1 of the key bits without the unused-bits octet (RFC 5280 4.2.1.2). */
function keyIdentifier(spki: Node): string {
  const bits = children(spki)[1];
  if (typeof bits?.value !== 'string') throw new Error('a public key has no bits');
  const value = bits.value.slice(1);
  return binary(createHash('sha1').update(value, 'binary').digest());
}

/** Bit strings stay closed: one EC point in 256 looks like DER, and forge would open it. */
function read(der: Uint8Array | string): Node {
  const bytes = typeof der === 'string' ? der : binary(der);
  return (asn1.fromDer as unknown as (bytes: string, options: object) => Node)(bytes, { strict: true, decodeBitStrings: false });
}

/** 127 random bits: positive, and never the non-minimal encoding that strict readers refuse. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function algorithm(): Node {
  return sequence([asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(ecdsaWithSha256).getBytes())]);
}

function sequence(items: Node[]): Node {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, items);
}

function children(node: Node | undefined): Node[] {
  return Array.isArray(node?.value) ? node.value : [];
}

function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('binary');
}

function pem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')}\n-----END ${label}-----\n`;
}
