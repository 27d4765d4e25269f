// Writes a Secret: the one place where values leave their seal, straight into the request.
import { fieldManagers } from '../../operator/api/group.ts';
import { KubeError } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { secrets } from '../../operator/kube/resources.ts';
import { redacted, reveal, type Sealed } from '../../proxy/telemetry/sealed.ts';
import type { SecretContent } from './flag.ts';

export interface SecretWriter {
  readonly fieldManager?: string;
  /** Takes over keys that somebody else set, instead of a conflict. */
  readonly force?: boolean;
}

/**
 * Server-side apply of one Opaque Secret. Forced unless told otherwise, because what a person sets last is what they mean;
 * keys that an earlier call set and this one leaves out go away, keys of others stay.
 */
export async function applySecret(kube: Kube, namespace: string, content: SecretContent, { fieldManager = fieldManagers.plugin, force = true }: SecretWriter = {}): Promise<'created' | 'configured' | 'unchanged'> {
  try {
    const { outcome } = await kube.apply(secrets, secretObject(namespace, content), { fieldManager, force });
    return outcome;
  } catch (error) {
    throw withoutValues(error, [...content.values.values()]);
  }
}

/** Whether the Secret that is there has these values; undefined: there is none. */
export async function holdsValues(kube: Kube, namespace: string, content: SecretContent): Promise<boolean | undefined> {
  const found = await kube.get(secrets, { namespace, name: content.name });
  if (!found) return undefined;
  const stored = (found['data'] ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(secretObject(namespace, content)['data'] as Readonly<Record<string, string>>).every(([key, value]) => Object.hasOwn(stored, key) && stored[key] === value);
}

function secretObject(namespace: string, { name, values }: SecretContent): KubeObject {
  const data = Object.fromEntries([...values].map(([key, value]) => [key, Buffer.from(reveal(value)).toString('base64')]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data };
}

/** A server may repeat in its refusal what it was sent. */
function withoutValues(error: unknown, values: readonly Sealed[]): unknown {
  if (!(error instanceof KubeError)) return error;
  const forms = values.flatMap((value) => [reveal(value), Buffer.from(reveal(value)).toString('base64')]);
  if (!forms.some((form) => error.message.includes(form))) return error;
  const message = forms.reduce((text, form) => text.replaceAll(form, redacted), error.message);
  return new KubeError(message, { code: error.code, reason: error.reason, hints: error.hints });
}
