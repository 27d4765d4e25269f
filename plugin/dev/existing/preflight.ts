// Looks before anything is changed: whether the cluster answers, lets us in, allows what is needed, and is free.
import { KubeError } from '../../../operator/kube/errors.ts';
import type { Kube } from '../../../operator/kube/kube.ts';
import { checkKinds } from '../../cluster/foreign.ts';
import { release } from '../../cluster/release.ts';
import { missingRights } from '../../cluster/rights.ts';
import { UserError } from '../../exit.ts';
import { checkNotEmbedded } from './embedded.ts';
import type { Borrowed } from './kubeconfig.ts';
import { sessionNeeds } from './rights.ts';

/** The client's words, and besides them whose server that is. */
function inContext(error: unknown, { contextName, server, user, program }: Borrowed): unknown {
  if (!(error instanceof KubeError)) return error;
  const look = `look at it: kubectl --context ${contextName} version`;
  if (error.code === 401) return new UserError(`the API server ${server} of context ${contextName} does not accept user ${user}: ${error.message}`, [program === undefined ? 'log in again, or choose another context with --context' : `log in again with \`${program}\`, or choose another context with --context`], { cause: error });
  if (error.code !== 0) return new UserError(`the API server ${server} of context ${contextName} answered ${error.code}: ${error.message}`, [look], { cause: error });
  const hints = error.hints.filter((hint) => !hint.includes('kubectl clrk dev'));
  return new UserError(`context ${contextName} cannot be used: ${error.message}`, [...hints, ...(hints.length > 0 ? [] : [look]), 'without --context and --kubeconfig, dev brings its own cluster'], { cause: error });
}

/** The server's release. Throws, with what to do, when the cluster must not or cannot be used. */
export async function preflight(kube: Kube, borrowed: Borrowed): Promise<string> {
  try {
    const found = await release(kube);
    const missing = await missingRights(kube, sessionNeeds);
    if (missing.length > 0) {
      throw new UserError(`user ${borrowed.user} lacks permissions that dev needs in context ${borrowed.contextName}`, ['ask whoever runs the cluster for them, in all namespaces; without --context, dev brings its own cluster'], { lines: missing.map((line) => `not allowed: ${line}`) });
    }
    await checkNotEmbedded(kube, borrowed.contextName);
    await checkKinds(kube);
    return found;
  } catch (error) {
    throw inContext(error, borrowed);
  }
}
