// Before a session shows anything: which cluster it brings, and what is to happen with one that is there already; the person may be asked.
import type { PluginContext } from '../../context.ts';
import { isTerminal } from '../../format/colour.ts';
import { confirm } from '../../format/confirm.ts';
import type { DevRequest } from '../request.ts';
import { chooseCluster, k3sImageFor } from './choose.ts';
import { openIdentity } from './identity.ts';
import { siteOf, type Site } from './site.ts';
import { makeRoom, survey } from './survey.ts';

export type Settled = { readonly notices: readonly string[] } & ({ readonly kind: 'embedded' } | { readonly kind: 'k3s'; readonly site: Site });

/** Call it with the state folder's lock held. */
export async function settleCluster(request: DevRequest, context: PluginContext, { bundles, signal }: { readonly bundles: string; readonly signal: AbortSignal }): Promise<Settled> {
  const choice = await chooseCluster(request, context, bundles, signal);
  if (choice.kind === 'embedded') return { kind: 'embedded', notices: choice.why === undefined ? [] : [`embedded cluster: ${choice.why}`] };
  try {
    const site = siteOf(choice.engine, openIdentity(request.stateDir), { stateDir: request.stateDir, home: context.home, image: k3sImageFor(request) });
    const mayAsk = isTerminal(context.stdin) && isTerminal(context.stderr) && !request.apply.includes('-');
    const notices: string[] = [];
    await makeRoom(site, await survey(site), { force: request.forceRecreate, ask: mayAsk ? (question) => confirm(question, { ...context, signal }) : undefined, tell: (line) => notices.push(line) });
    return { kind: 'k3s', site, notices };
  } catch (error) {
    await choice.engine.close();
    throw error;
  }
}
