// Secrets as `secrets list` shows them: how long a value is, and nothing else of it.
import type { KubeObject } from '../../operator/api/object.ts';
import { ageOf } from './human-duration.ts';
import { table } from './table.ts';

export function secretTable(secrets: readonly KubeObject[], usersOf: (secret: KubeObject) => readonly string[], { now, namespaces }: { readonly now: Date; readonly namespaces: boolean }): string {
  const rows = secrets.map((secret) => [
    ...(namespaces ? [secret.metadata.namespace ?? ''] : []),
    secret.metadata.name,
    keys(secret),
    ageOf(secret.metadata.creationTimestamp, now),
    usersOf(secret).join(','),
  ]);
  return table([[...(namespaces ? ['NAMESPACE'] : []), 'NAME', 'KEYS', 'AGE', 'USED BY'], ...rows.toSorted((a, b) => (a.join('\u0000') < b.join('\u0000') ? -1 : 1))]);
}

/** `api-key=108B,other=12B` */
function keys(secret: KubeObject): string {
  const values = Object.entries((secret['data'] ?? {}) as Readonly<Record<string, unknown>>);
  return values.map(([key, value]) => `${key}=${typeof value === 'string' ? Buffer.byteLength(value, 'base64') : 0}B`).join(',');
}
