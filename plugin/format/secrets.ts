// Secrets as `secrets list` shows them: how long a value is, and nothing else of it.
import type { KubeObject } from '../../operator/api/object.ts';
import { redacted } from '../../proxy/telemetry/sealed.ts';
import type { ObjectTable } from '../output/printer.ts';
import { ageOf } from './human-duration.ts';

export interface SecretStyle {
  readonly now: () => Date;
  readonly namespaces: boolean;
  readonly usersOf: (secret: KubeObject) => readonly string[];
}

export const secretTable = ({ now, namespaces, usersOf }: SecretStyle): ObjectTable => ({
  heading: [...(namespaces ? ['NAMESPACE'] : []), 'NAME', 'KEYS', 'AGE', 'USED BY'],
  row: (secret) => [...(namespaces ? [secret.metadata.namespace ?? ''] : []), secret.metadata.name, keys(secret), ageOf(secret.metadata.creationTimestamp, now()), usersOf(secret).join(',')],
});

const fields = (value: unknown): readonly (readonly [string, unknown])[] => Object.entries((value ?? {}) as Readonly<Record<string, unknown>>);

/** `api-key=108B,other=12B` */
const keys = ({ data }: KubeObject): string => fields(data).map(([key, value]) => `${key}=${typeof value === 'string' ? Buffer.byteLength(value, 'base64') : 0}B`).join(',');

/** What `kubectl apply` keeps of an object holds its values too. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** The Secret without its values, for every format that prints whole objects. */
export function withoutValues(secret: KubeObject): KubeObject {
  const { annotations } = secret.metadata;
  const hidden = (value: unknown): object => Object.fromEntries(fields(value).map(([key]) => [key, redacted]));
  return {
    ...secret,
    ...(secret['data'] === undefined ? {} : { data: hidden(secret['data']) }),
    metadata: { ...secret.metadata, ...(annotations?.[lastApplied] === undefined ? {} : { annotations: { ...annotations, [lastApplied]: redacted } }) },
  };
}
