// Whether a cluster is the embedded one of another session, which has an operator already.
import { operatorService } from '../../../operator/api/group.ts';
import type { Kube } from '../../../operator/kube/kube.ts';
import { endpoints } from '../../../operator/kube/resources.ts';
import { look } from '../../cluster/foreign.ts';
import { UserError } from '../../exit.ts';

/** Throws when the server is the embedded one of another session, whose operator it has already. */
export async function checkNotEmbedded(kube: Kube, context: string): Promise<void> {
  const { namespace, name } = operatorService;
  const found = await look(kube, endpoints, { namespace, name });
  const subsets = found?.['subsets'] as readonly { readonly addresses?: readonly { readonly ip?: string }[] }[] | undefined;
  if (!subsets?.some(({ addresses }) => addresses?.some(({ ip }) => ip === '127.0.0.1'))) return;
  throw new UserError(`context ${context} leads to the embedded cluster of a dev session, which has its own operator`, ['use that session: add --local, and --clrk-dir where it has a state folder of its own', 'or run dev without --context']);
}
