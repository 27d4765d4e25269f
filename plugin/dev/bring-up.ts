// The steps that bring a session up, in order; each registers how it is undone.
import { join } from 'node:path';
import { connect } from '../../operator/kube/connect.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { UserError } from '../exit.ts';
import { localKubeconfig } from '../kubeconfig.ts';
import { printedName } from '../manifests/apply.ts';
import { followAgents } from './agents-feed.ts';
import { applyWanted, tellRefused } from './applying.ts';
import { digestOf } from './door-match.ts';
import { removeDoor, writeDoor } from './door.ts';
import { NotStarted } from './children.ts';
import { useCluster } from './existing/use.ts';
import { Fleet } from './fleet.ts';
import { layGround, mark } from './ground.ts';
import { applySecrets, install } from './install.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { startOffline, storedDigests, type Offline } from './offline.ts';
import { persist } from './persist.ts';
import { operatorAuthorityFile, type Pki } from './pki.ts';
import { programs, type Ground, type OtherCluster } from './programs.ts';
import { runtimeNotices, runtimeSaid } from './runtime-words.ts';
import type { Stage } from './stage.ts';

async function openOffline({ request, wanted, store, closing }: Stage): Promise<Offline | undefined> {
  if (!request.offline) return undefined;
  const offline = await startOffline(wanted.secrets);
  closing.add('closing the stand-in', () => offline.close());
  for (const notice of offline.notices) store.notice(notice);
  return offline;
}

async function connectKube({ request, closing }: Stage, pki: Pki, port: number): Promise<Kube> {
  const file = localKubeconfig(request.stateDir);
  writeKubeconfig(file, { name: 'clrk-dev', server: `https://localhost:${port}`, authority: pki.authority.certificate, client: pki.admin });
  const { kube } = await connect({ kubeconfig: file });
  closing.add('closing the connection to the API server', () => kube.close());
  return kube;
}

function startChildren({ store, closing }: Stage, ground: Ground): Fleet {
  const fleet = new Fleet(programs(ground), store);
  closing.add('stopping the children', () => fleet.stop());
  fleet.start();
  fleet.ready('worker').then((ready) => {
    const said = runtimeSaid(ready);
    if (said) store.setHeader({ sandbox: said.name });
    for (const notice of said ? runtimeNotices(said) : []) store.notice(notice);
  }, () => undefined);
  return fleet;
}

/** A cluster that the session brings with it. */
async function embeddedCluster(stage: Stage, ground: Ground, port: number): Promise<Kube> {
  const { request, store, ending } = stage;
  store.setHeader({ cluster: 'embedded' });
  const kube = await connectKube(stage, ground.pki, port);
  const fleet = startChildren(stage, ground);
  try {
    await ending.orEnd(fleet.ready('apiserver'));
  } catch (error) {
    if (ending.reason) throw error;
    throw new UserError((error as Error).message, error instanceof NotStarted ? [error.hint] : []);
  }
  await persist(() => install(kube, { namespace: request.namespace, readerPort: ground.readerPort }), ending);
  return kube;
}

/** A cluster that was there before; it cannot reach this machine, so readers are shown the door themselves. */
async function existingCluster(stage: Stage, ground: Ground, { borrowed, kubeconfig }: OtherCluster): Promise<Kube> {
  const { request, store, closing } = stage;
  const { contextName: context, server } = borrowed;
  store.setHeader({ cluster: `context ${context} · ${server}` });
  const { kube, authority } = await useCluster(stage, borrowed, kubeconfig);
  const { readerPort, pki, tokens } = ground;
  closing.add('removing door.json', () => removeDoor(request.stateDir));
  writeDoor(request.stateDir, { context, server, authority: digestOf(authority), kubeconfig, operator: `https://127.0.0.1:${readerPort}`, authorityFile: join(pki.folder, `${operatorAuthorityFile}.crt`), tokenFile: tokens.reader });
  startChildren(stage, ground);
  return kube;
}

/** The line that is worth copying. What matters comes first: the interface cuts a line where the terminal ends. */
function howToReach({ request }: Stage, { cluster }: Ground): string {
  if (cluster.kind === 'embedded') return `export KUBECONFIG=${localKubeconfig(request.stateDir)}  # or add --local; the API server is at https://localhost:${cluster.port}`;
  return `add --local or --context ${cluster.borrowed.contextName} to other commands; the API server is at ${cluster.borrowed.server}`;
}

/** Returns when all is applied, with the names of what the server refused; the children may still be on their way, which their rows show. */
export async function bringUp(stage: Stage): Promise<readonly string[]> {
  const { request, wanted, store, ending } = stage;
  // These take milliseconds and are not left half done: what they open is known to whoever closes it.
  const offline = await openOffline(stage);
  ending.signal.throwIfAborted();
  const ground = await layGround(stage, offline);
  ending.signal.throwIfAborted();
  mark(stage, ground);
  if (offline) store.setHeader({ offline: 'stand-ins answer for providers' });
  const { cluster } = ground;
  const isOurs = cluster.kind === 'embedded';
  const kube = await (isOurs ? embeddedCluster(stage, ground, cluster.port) : existingCluster(stage, ground, cluster));
  await persist(() => applySecrets(kube, wanted.secrets, { namespace: request.namespace, force: isOurs || request.force }), ending);
  offline?.keys.readStoredFrom(() => storedDigests(kube));
  followAgents(kube, store, ending).catch((error: unknown) => store.notice(`following agents: ${String(error)}`));
  const refused = await ending.orEnd(applyWanted(stage, kube));
  store.notice(howToReach(stage, ground));
  tellRefused(stage, refused);
  return refused.map(({ manifest }) => printedName(manifest.object));
}
