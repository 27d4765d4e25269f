// Makes a request again while nobody answers it: the API server may be about to come back.
import { KubeError } from '../../operator/kube/errors.ts';
import type { Ending } from './ending.ts';

const pauseMs = 100;
const longestMs = 15_000;

/** The first error that an API server's client made, looked for below what was said about it. */
function kubeError(error: unknown): KubeError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) if (at instanceof KubeError) return at;
  return undefined;
}

/** A server that answers, even with a refusal, is not asked twice. Each try gets its own signal's worth of the session. */
export async function persist<T>(work: () => Promise<T>, ending: Ending): Promise<T> {
  const until = performance.now() + longestMs;
  for (;;) {
    try {
      return await ending.orEnd(work());
    } catch (error) {
      if (kubeError(error)?.code !== 0 || performance.now() > until) throw error;
      await ending.orEnd(new Promise((resolve) => { setTimeout(resolve, pauseMs); }));
    }
  }
}
