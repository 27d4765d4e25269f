// Which release of Kubernetes a server is, and whether it is one at all.
import { refusal } from '../../operator/kube/errors.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { readText } from '../../operator/kube/transport.ts';
import { UserError } from '../exit.ts';

const answerTimeoutMs = 10_000;

/** Release of the server, e.g. `v1.35.4`. */
export async function release(kube: Kube): Promise<string> {
  const answer = await kube.request('GET', '/version', { answerTimeoutMs });
  const text = await readText(kube.server, answer, 1 << 20);
  if (answer.status !== 200) throw refusal(answer.status, text, kube.server);
  try {
    const { gitVersion } = JSON.parse(text) as { readonly gitVersion?: unknown };
    if (typeof gitVersion === 'string') return gitVersion;
  } catch {
    // The same complaint as for a document of another kind.
  }
  throw new UserError(`${kube.server} answers, but not as a Kubernetes API server`, ['check the server: kubectl config view --minify']);
}
