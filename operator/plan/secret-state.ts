// What is known about a Secret that somebody names, and the text of one of its keys.
import type { KubeObject } from '../kube/kube.ts';

export type SecretState =
  /** It was not looked up yet, or could not be (then it says why): absence means nothing. */
  | { readonly state: 'unknown'; readonly why?: string }
  | { readonly state: 'absent' }
  | { readonly state: 'present'; readonly secret: KubeObject };

export function secretText(secret: KubeObject, key: string): string | undefined {
  const data = secret['data'] as Readonly<Record<string, unknown>> | undefined;
  const encoded = data && Object.hasOwn(data, key) ? data[key] : undefined;
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('latin1') : undefined;
}

export const secretKeys = (secret: KubeObject): readonly string[] => Object.keys((secret['data'] as object | undefined) ?? {});
