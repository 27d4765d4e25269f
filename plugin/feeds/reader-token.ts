// Asks the API server for a short-lived token with which the operator lets a person read what agents of one namespace said.
import { audiences, readerAccount } from '../../operator/install/names.ts';
import { refusal } from '../../operator/kube/errors.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { readText } from '../../operator/kube/transport.ts';
import { UserError } from '../exit.ts';

/** The shortest that Kubernetes gives. One is asked for each request, so that it need not be kept. */
const seconds = 600;

interface Asked {
  readonly status?: { readonly token?: unknown };
  readonly details?: { readonly name?: unknown };
}

function parsed(text: string): Asked | undefined {
  try {
    return JSON.parse(text) as Asked;
  } catch {
    return undefined;
  }
}

/** Undefined where the API server makes no tokens, as the one of a dev session does: it vouches for its people itself. */
export async function readerToken(kube: Kube, namespace: string, signal?: AbortSignal): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${readerAccount}/token`;
  const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [audiences.reader], expirationSeconds: seconds } });
  const answer = await kube.request('POST', path, { headers: { 'content-type': 'application/json' }, body, ...(signal ? { signal } : {}) });
  const text = await readText(kube.server, answer, 64 * 1024);
  const said = parsed(text);
  if (answer.status < 300) {
    if (typeof said?.status?.token === 'string') return said.status.token;
    throw refusal(502, `the answer of ${kube.server} to a request for a token holds none`, kube.server);
  }
  // A missing subresource and a missing account are both 404; only the second names what it did not find.
  if (answer.status === 404 && typeof said?.details?.name !== 'string') return undefined;
  if (answer.status === 405) return undefined;
  const error = refusal(answer.status, text, kube.server);
  if (error.code === 404) {
    throw new UserError(`there is no WorkerPool in namespace ${namespace}, so that nobody may read logs there: ${error.message}`, ['`kubectl get workerpools -A` shows where pools are', 'is the operator well? `kubectl clrk check`'], { cause: error });
  }
  if (error.code === 403) {
    throw new UserError(error.message, [`reading logs needs the permission create serviceaccounts/token for ${readerAccount} in namespace ${namespace}`, 'who may view the namespace has it, by the ClusterRole clrk-view'], { cause: error });
  }
  throw error;
}
