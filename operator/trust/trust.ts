// Whom the operator vouches for, and by what it is known: its authority, its own serving certificate, and the certificates of workers and proxies.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { operatorAccount, systemNamespace } from '../install/names.ts';
import { encodeCertificate, signerOf } from '../../proxy/x509/encode.ts';
import { clockSkewMs, issueCertificate, type Issued } from '../../proxy/x509/issue.ts';
import type { Enrolment } from '../../proxy/identity/enrolment.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';
import { advance, bundleOf, usualTimes, type AuthorityState, type AuthorityTimes } from './authority.ts';
import type { AuthorityStore } from './authority-store.ts';
import { identityUri, type Identity } from './identity.ts';

export interface TrustOptions {
  readonly store: AuthorityStore;
  readonly log: Logger;
  /** By which workers and proxies look for the door, beside the usual names. */
  readonly doorName?: string;
  /** Life of the certificates of workers and proxies; an hour. */
  readonly certificateSeconds?: number;
  readonly times?: AuthorityTimes;
  readonly now?: () => Date;
}

/** By what the operator is known to who connects, PEM. */
export interface Serving extends Issued {
  /** Who may vouch for a client. */
  readonly ca: string;
}

export interface Trust {
  /** PEM of everybody who may vouch for the operator: what workers and proxies are given. */
  readonly bundle: () => string;
  readonly serving: () => Serving;
  /** Called when the bundle or the serving certificate is another one. */
  readonly onChange: (listener: () => void) => () => void;
  /** A certificate for this identity and key. Throws when the key is not P-256. */
  readonly enrol: (identity: Identity, publicKey: string) => Enrolment;
  /** Looks whether something is due; happens by itself every minute. */
  readonly tick: () => Promise<void>;
  readonly now: () => Date;
  readonly close: () => void;
}

const lookEveryMs = 60_000;
const servingDays = 1;
const dayMs = 86_400_000;
const inCluster = [operatorAccount, `${operatorAccount}.${systemNamespace}`, `${operatorAccount}.${systemNamespace}.svc`, `${operatorAccount}.${systemNamespace}.svc.cluster.local`];
export const operatorNames = [...inCluster, 'localhost', '127.0.0.1', '::1'];

/** Only the operator that leads may open it: it writes the authority. */
export async function openTrust({ store, log, doorName, certificateSeconds = 3600, times = usualTimes, now = () => new Date() }: TrustOptions): Promise<Trust> {
  const listeners = new Set<() => void>();
  const names = [...new Set([...operatorNames, ...(doorName === undefined ? [] : [doorName])])];
  const newAuthority = (): Issued => issueCertificate({ subject: 'clrk-operator-ca', organization: 'clrk', usage: 'ca', days: times.lifeDays, now: now() });
  const load = async (): Promise<AuthorityState> => {
    const found = await store.read();
    const wanted = advance(found, now(), times, newAuthority);
    if (wanted === found) return found;
    const kept = await store.write(wanted);
    if (!found || bundleOf(kept) !== bundleOf(found)) log.info('the authority of the operator was made or moved on', { next: kept.next !== undefined, previous: kept.previous !== undefined });
    return kept;
  };
  let state = await load();
  let serving = serve(state, names, now());
  let renewAt = now().getTime() + (servingDays * dayMs * 2) / 3;

  const tick = async (): Promise<void> => {
    const next = await load();
    const isMoved = bundleOf(next) !== bundleOf(state) || next.current.certificate !== state.current.certificate;
    if (!isMoved && now().getTime() < renewAt) return;
    state = next;
    serving = serve(state, names, now());
    renewAt = now().getTime() + (servingDays * dayMs * 2) / 3;
    for (const listener of listeners) listener();
  };
  const timer = setInterval(() => void tick().catch((error: unknown) => log.warn('looking after the authority of the operator', { error })), lookEveryMs);
  timer.unref();
  return {
    bundle: () => bundleOf(state),
    serving: () => serving,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    enrol: (identity, publicKey) => ({ certificate: clientCertificate(state.current, identity, publicKey, { now: now(), seconds: certificateSeconds }), authority: bundleOf(state), lifeSeconds: certificateSeconds }),
    tick,
    now,
    close: () => clearInterval(timer),
  };
}

function serve(state: AuthorityState, altNames: readonly string[], now: Date): Serving {
  const issued = issueCertificate({ subject: operatorAccount, organization: 'clrk', altNames, usage: 'server', days: servingDays, issuer: state.current, now });
  return { ...issued, ca: bundleOf(state) };
}

function clientCertificate(authority: Issued, identity: Identity, publicKey: string, { now, seconds }: { readonly now: Date; readonly seconds: number }): string {
  const at = now.getTime();
  return encodeCertificate(
    {
      subject: `clrk-${identity.role}`,
      organization: 'clrk',
      altNames: [identityUri(identity, at)],
      usage: 'client',
      notBefore: new Date(at - clockSkewMs),
      // A certificate knows whole seconds: rounded down it would end before what its owner was told.
      notAfter: new Date(Math.ceil(at / 1000 + seconds) * 1000),
      publicKey: p256(publicKey),
    },
    signerOf(authority.certificate, createPrivateKey(authority.key)),
  );
}

/** A key that cannot be used, in words of ours. */
export class UnusableKey extends Error {}

function p256(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Told below, without what the library says of a stranger's bytes.
  }
  throw new UnusableKey('publicKey: is not a P-256 key');
}
