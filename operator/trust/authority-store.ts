// Where the operator's authority is kept: in a Secret of its own namespace, read and written by its name alone, or with the session's certificates.
import { X509Certificate } from 'node:crypto';
import { componentLabel, authoritySecret, systemNamespace } from '../install/names.ts';
import { fieldManagers } from '../api/group.ts';
import type { Kube, KubeObject } from '../kube/kube.ts';
import { secrets } from '../kube/resources.ts';
import type { Issued } from '../../proxy/x509/issue.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';
import { usablePair, type AuthorityState } from './authority.ts';

/** Where the state is kept between two operators. */
export interface AuthorityStore {
  readonly read: () => Promise<AuthorityState | undefined>;
  /** What is kept afterwards: of two that write at once, one. */
  readonly write: (state: AuthorityState) => Promise<AuthorityState>;
}

/** Made and renewed by the session before it starts us; it outlives every session. */
export const authorityOfSession = (current: Issued): AuthorityStore => ({ read: async () => ({ current }), write: async () => ({ current }) });

const ref = { namespace: systemNamespace, name: authoritySecret };
const keys = { current: ['tls.crt', 'tls.key'], next: ['next.crt', 'next.key'], previous: ['previous.crt', 'previous-until'] } as const;

export function authorityInSecret(kube: Kube, log: Logger): AuthorityStore {
  let version: string | undefined;
  const read = async (): Promise<AuthorityState | undefined> => {
    const secret = await kube.get(secrets, ref);
    version = secret?.metadata.resourceVersion;
    if (!secret) return undefined;
    const state = stateOf(secret);
    if (!state) log.warn(`Secret ${ref.namespace}/${ref.name} does not hold a usable authority: another is made, and workers and proxies enrol anew`);
    return state;
  };
  const write = async (state: AuthorityState): Promise<AuthorityState> => {
    const object: KubeObject = { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', data: dataOf(state), metadata: { ...ref, labels: { [componentLabel]: 'authority' }, ...(version === undefined ? {} : { resourceVersion: version }) } };
    await kube.apply(secrets, object, { fieldManager: fieldManagers.operator, force: true });
    return (await read()) ?? state;
  };
  return { read, write };
}

const encoded = (text: string): string => Buffer.from(text).toString('base64');

function dataOf({ current, next, previous }: AuthorityState): Readonly<Record<string, string>> {
  const data: Record<string, string> = { [keys.current[0]]: encoded(current.certificate), [keys.current[1]]: encoded(current.key) };
  if (next) Object.assign(data, { [keys.next[0]]: encoded(next.certificate), [keys.next[1]]: encoded(next.key) });
  if (previous) Object.assign(data, { [keys.previous[0]]: encoded(previous.certificate), [keys.previous[1]]: encoded(previous.until.toISOString()) });
  return data;
}

function stateOf(secret: KubeObject): AuthorityState | undefined {
  const data = (secret['data'] ?? {}) as Readonly<Record<string, unknown>>;
  const text = (key: string): string => (typeof data[key] === 'string' ? Buffer.from(data[key], 'base64').toString('utf8') : '');
  const current = usablePair({ certificate: text(keys.current[0]), key: text(keys.current[1]) });
  if (!current) return undefined;
  const next = usablePair({ certificate: text(keys.next[0]), key: text(keys.next[1]) });
  const [certificate, until] = [text(keys.previous[0]), new Date(text(keys.previous[1]))];
  const hasPrevious = isAuthority(certificate) && !Number.isNaN(until.getTime());
  return { current, ...(next ? { next } : {}), ...(hasPrevious ? { previous: { certificate, until } } : {}) };
}

function isAuthority(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).ca;
  } catch {
    return false;
  }
}
