// Uses a cluster that was there before the session: looks, takes it, prepares it, and registers how all of that is undone.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../../operator/kube/connect.ts';
import type { Kube } from '../../../operator/kube/kube.ts';
import { leases, namespaces } from '../../../operator/kube/resources.ts';
import { explain } from '../../exit.ts';
import { persist } from '../persist.ts';
import type { Stage } from '../stage.ts';
import { operatorLease } from '../../../operator/install/names.ts';
import { checkFree, holdCluster, type Hold } from './hold.ts';
import type { Borrowed } from './kubeconfig.ts';
import { leftBehind, Ledger } from './ledger.ts';
import { preflight } from './preflight.ts';
import { ensureNamespace, installKinds, installPool } from './prepare.ts';
import { Recording } from './recording.ts';
import { removeNamespaces, removeObjects, takeDown } from './take-down.ts';

export interface Used {
  /** Writes down what it creates, unless all is to be kept. */
  readonly kube: Kube;
  /** PEM of the server's authority, where the kubeconfig names one. */
  readonly authority?: string;
}

/** What was on its way when the session ended is waited for this long; after that the next session finds it by its mark. */
const settleMs = 10_000;

/** Returns with the cluster looked at, taken, and furnished with our kinds. `file`: the private copy of the context. */
export async function useCluster(stage: Stage, borrowed: Borrowed, file: string): Promise<Used> {
  const { request, store, ending, closing } = stage;
  const { contextName, server } = borrowed;
  const flags = request.existing?.flags ?? '';
  store.setComponent({ name: 'apiserver', health: 'starting', detail: server });
  const { kube, authority } = await connect({ kubeconfig: file });
  closing.add('closing the connection to the API server', () => kube.close());
  const release = await ending.orEnd(preflight(kube, borrowed));
  const gone = await ending.orEnd(checkFree(kube, contextName, { signal: ending.signal, waiting: (line) => store.notice(line) }));
  const cluster = await ending.orEnd(identityOf(kube));
  const ledger = new Ledger(request.stateDir, { server, cluster, flags });
  for (const left of leftBehind(request.stateDir).filter((one) => one.server === server && one.cluster !== cluster)) {
    store.notice(`an earlier session left ${left.count} objects in another cluster that was at ${server} then; they are not looked for in this one`);
  }
  const recording = request.keep ? undefined : new Recording(kube, ledger);
  const writer = recording?.kube ?? kube;
  const held: { taking?: Promise<Hold> } = {};
  closing.add(`removing what was created in the cluster of context ${contextName}`, () => undo(stage, { kube, ledger, recording, held }));
  await persist(() => ensureNamespace(writer, operatorLease.namespace), ending);
  held.taking = holdCluster({ kube: writer, context: contextName, release, store, ending, gone });
  await ending.orEnd(held.taking);
  await removeLeftovers(stage, kube, ledger);
  for (const name of await persist(() => installKinds(writer, { force: request.force }), ending)) store.notice(`${name} was there before, and is of this version now`);
  await persist(() => installPool(writer, request.namespace), ending);
  return { kube: writer, ...(authority === undefined ? {} : { authority }) };
}

/** Of a session that was killed. Definitions and namespaces are taken over, since they are needed again. */
async function removeLeftovers({ store, ending }: Stage, kube: Kube, ledger: Ledger): Promise<void> {
  const earlier = ledger.entries.filter(({ session }) => session !== ledger.session);
  if (earlier.length === 0) return;
  store.notice('an earlier session ended without removing what it had created in this cluster; that is done now');
  await ending.orEnd(removeObjects({ kube, ledger, tell: (line) => store.notice(line), signal: ending.signal }, earlier));
}

/** A request on its way does not hold back whoever wants to go; each step looks at the signal before it changes anything. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason as Error);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  work.catch(() => undefined);
  await Promise.race([work, aborted.promise]);
}

const identityOf = async (kube: Kube): Promise<string> => (await kube.get(namespaces, { name: 'kube-system' }))?.metadata.uid ?? '';

interface Made {
  readonly kube: Kube;
  readonly ledger: Ledger;
  readonly recording: Recording | undefined;
  readonly held: { readonly taking?: Promise<Hold> };
}

/** Runs when the children have ended, so that nobody creates anything beside it. */
async function undo({ request, store }: Stage, { kube, ledger, recording, held }: Made): Promise<void> {
  const leaving = new AbortController();
  // A second Ctrl-C: the person wants to go now.
  const leave = (): void => leaving.abort();
  process.on('SIGINT', leave);
  const patience = sleep(settleMs, undefined, { ref: false });
  await Promise.race([recording?.close().then(() => undefined), patience]);
  const hold = await Promise.race([held.taking?.catch(() => undefined), patience]);
  const said: string[] = [];
  const tell = (line: string): void => {
    said.push(line);
    store.notice(line);
  };
  const signal = AbortSignal.any([leaving.signal, ...(hold ? [hold.lost] : [])]);
  const confirm = async (): Promise<void> => {
    await hold?.confirm();
    signal.throwIfAborted();
  };
  const job = { kube, ledger, tell, signal, confirm };
  const hadMade = ledger.entries.length > 0;
  const takeAll = async (): Promise<void> => {
    if (request.keep) {
      await hold?.release();
      store.notice('what this session created in the cluster stays there, as --keep says');
      return ledger.forgetAll();
    }
    // Without the hold the cluster may be somebody else's: only what was made on the way to it goes.
    if (hold) await takeDown(job);
    await hold?.release();
    const lease = ledger.entries.find(({ resource }) => resource.kind === leases.kind);
    if (hold && lease) ledger.forget(lease);
    await removeNamespaces(job);
    for (const name of recording?.changed ?? []) tell(`${name} was there before and stays as it is now`);
    if (hadMade && ledger.entries.length === 0) store.notice(`what this session created in the cluster is removed${said.length > 0 ? ', but for what is said above' : ''}`);
    if (ledger.entries.length > 0) tellLeft(store, request);
  };
  try {
    await orAborted(takeAll(), signal);
  } catch (error) {
    if (hold?.lost.aborted) {
      store.notice('somebody else has taken the cluster over: what this session created there and has not removed yet is left to it');
      return ledger.forgetAll();
    }
    store.notice(`warning: not everything could be removed: ${leaving.signal.aborted ? 'Ctrl-C came a second time' : explain(error).message}`);
    tellLeft(store, request);
  } finally {
    await hold?.stop();
    process.off('SIGINT', leave);
  }
}

const tellLeft = (store: Stage['store'], { existing }: Stage['request']): void => store.notice(`the next run removes what is left: kubectl clrk dev ${existing?.flags ?? ''}`);
