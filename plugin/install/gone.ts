// Waits until objects are gone, and tells what holds those that are not.
import { setTimeout as sleep } from 'node:timers/promises';
import { entries, field } from '../../operator/api/object.ts';
import { isNotFound } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject } from '../../operator/kube/kube.ts';
import { exitCodes, UserError } from '../exit.ts';
import { printedName } from '../manifests/apply.ts';
import type { Found } from './installed.ts';

const lookEveryMs = 250;

async function left(kube: Kube, found: readonly Found[]): Promise<readonly Found[]> {
  const now = await Promise.all(found.map(async ({ resource, object }) => {
    const present = await kube.get(resource, object.metadata).catch((error: unknown) => {
      // The kind went, and its objects with it.
      if (isNotFound(error)) return undefined;
      throw error;
    });
    return present && present.metadata.uid === object.metadata.uid ? [{ resource, object: present }] : [];
  }));
  return now.flat();
}

/** Of a namespace the conditions say what is in it, of everything else the finalizers. */
function holders(object: KubeObject): string {
  const said = entries(field(object, 'status', 'conditions')).filter((one) => /Remaining|Failure/.test(String(field(one, 'type'))) && field(one, 'status') === 'True').map((one) => String(field(one, 'message')));
  const finalizers = entries(field(object, 'metadata', 'finalizers')).map(String);
  return [...said, ...(finalizers.length > 0 ? [`finalizers: ${finalizers.join(', ')}`] : [])].join('; ') || 'nothing that it names';
}

/** `untilMs`: by the clock of this process. Throws with exit code 124 when they are not gone by then. */
export async function untilGone(kube: Kube, found: readonly Found[], { untilMs, signal }: { readonly untilMs: number; readonly signal: AbortSignal }): Promise<void> {
  for (let waiting = found; ; ) {
    signal.throwIfAborted();
    waiting = await left(kube, waiting);
    if (waiting.length === 0) return;
    if (Date.now() > untilMs) {
      throw new UserError(`${waiting.length} of ${found.length} objects are deleted and not gone yet`, ['the same command waits for them again, and goes on', 'a longer wait: --timeout 15m'], {
        lines: waiting.map(({ object }) => `${printedName(object)} is held by ${holders(object)}`),
        code: exitCodes.timedOut,
      });
    }
    await sleep(lookEveryMs, undefined, { signal });
  }
}
