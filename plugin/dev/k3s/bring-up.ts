// The steps that bring a session up whose cluster is k3s in Docker, in order; each registers how it is undone.
import { connect } from '../../../operator/kube/connect.ts';
import type { Kube } from '../../../operator/kube/kube.ts';
import { startReceiver } from '../../feeds/receiver.ts';
import { localKubeconfig } from '../../kubeconfig.ts';
import { printedName } from '../../manifests/apply.ts';
import { version } from '../../../proxy/telemetry/version.ts';
import { followAgents } from '../agents-feed.ts';
import { applyWanted, tellRefused } from '../applying.ts';
import { removeDoor } from '../door.ts';
import { applySecrets } from '../install.ts';
import { lastPorts, writeMarker, type Marker } from '../marker.ts';
import { hostImages, startOffline, storedDigests, type Offline } from '../offline.ts';
import { persist } from '../persist.ts';
import { onPort } from '../ports.ts';
import type { Stage } from '../stage.ts';
import { AgentImages } from './agent-images.ts';
import { findArchives, importArchives, placeArchives } from './archives.ts';
import { awaitApi } from './await-api.ts';
import { furnish, restartAll } from './furnish.ts';
import { makeHostImage } from './host-image.ts';
import { keepRunning, stopCluster } from './keeper.ts';
import { ensureImage, ensureNetwork, ensureVolumes, launch, type Telling } from './launch.ts';
import { configurationHash } from './node-container.ts';
import { openOfflineAuthority } from './offline-authority.ts';
import { followPods, operatorPods, workerPods } from './pods-feed.ts';
import { reachOf, type Reach } from './reach.ts';
import type { SessionFacts } from './session-objects.ts';
import type { Site } from './site.ts';

interface Up {
  readonly port: number;
  readonly gateway: string;
  /** Images of ours that are other ones than those with which pods of an earlier session were started. */
  readonly hasNewImages: boolean;
}

/** The container runs and its API server serves; whatever was left of an earlier session is gone on with. */
async function raise(stage: Stage, site: Site, telling: Telling): Promise<Up> {
  const { signal, progress } = telling;
  await ensureImage(site, telling);
  const network = await ensureNetwork(site);
  await ensureVolumes(site);
  const archives = findArchives(stage.bundles, site.engine.version.architecture);
  let placed: Awaited<ReturnType<typeof placeArchives>> = [];
  const beforeStart = async (): Promise<void> => {
    progress('giving the node our images');
    placed = await placeArchives(site, archives, signal);
  };
  const preferredPort = stage.request.port ?? lastPorts(stage.request.stateDir).k3s;
  const { port, wasRunning } = await launch(site, { network, preferredPort, beforeStart }, telling);
  await awaitApi(site, port, telling);
  if (wasRunning) {
    await beforeStart();
    await importArchives(site, placed, signal);
  }
  return { port, gateway: network.gateway, hasNewImages: placed.length > 0 };
}

function keep(stage: Stage, site: Site, telling: Telling): void {
  const { store, closing } = stage;
  const stopping = new AbortController();
  closing.add(`stopping ${site.names.container}`, () => {
    stopping.abort();
    return stopCluster(site, store);
  });
  const signal = AbortSignal.any([stopping.signal, telling.signal]);
  const relaunch = async (): Promise<void> => {
    await raise(stage, site, { ...telling, signal });
    showReady(stage, site);
  };
  keepRunning(site, { store, signal, relaunch }).catch((error: unknown) => store.notice(`watching ${site.names.container}: ${String(error)}`));
}

const showReady = ({ store }: Stage, { names, image }: Site): void => store.setComponent({ name: names.container, health: 'ready', detail: image });

async function openOffline(stage: Stage, { listen, address }: Reach): Promise<{ readonly offline: Offline; readonly facts: NonNullable<SessionFacts['offline']> } | undefined> {
  const { request, wanted, store, closing, context } = stage;
  if (!request.offline) return undefined;
  const authority = openOfflineAuthority(request.stateDir, context.now());
  const offline = await onPort(lastPorts(request.stateDir).standIn, (port) => startOffline(wanted.secrets, { listen, port, authority }));
  closing.add('closing the stand-in', () => offline.close());
  for (const notice of offline.notices) store.notice(notice);
  store.setHeader({ offline: 'stand-ins answer for providers' });
  return { offline, facts: { upstreams: offline.settings.upstreams.replaceAll(`=${listen}:`, `=${address}:`), authority: authority.certificate } };
}

const portOf = (address: string): number => Number(/:(\d+)\/?$/.exec(address)?.[1]);

/** Tells other commands, and the next session, about this one. */
function mark({ request, context, closing }: Stage, { names, image }: Site, { port, telemetry, standIn }: { readonly port: number; readonly telemetry: string; readonly standIn: string | undefined }): void {
  const before = lastPorts(request.stateDir);
  const marker: Marker = {
    version, pid: process.pid, startedAt: context.now().toISOString(), cluster: 'k3s', offline: request.offline, otlp: telemetry,
    ports: { ...before, k3s: request.port === undefined ? port : (before.k3s ?? port), telemetry: portOf(telemetry), ...(standIn === undefined ? {} : { standIn: portOf(standIn) }) },
    k3s: { container: names.container, image, configuration: configurationHash(names, image), namespace: request.namespace },
  };
  writeMarker(request.stateDir, marker);
  closing.add('writing dev.json', () => writeMarker(request.stateDir, { ...marker, stoppedAt: context.now().toISOString() }));
}

async function connectKube({ request, closing }: Stage): Promise<Kube> {
  const { kube } = await connect({ kubeconfig: localKubeconfig(request.stateDir) });
  closing.add('closing the connection to the API server', () => kube.close());
  return kube;
}

function follow({ request, store, ending, closing }: Stage, site: Site, kube: Kube): void {
  const stopping = new AbortController();
  closing.add('following pods no more', () => stopping.abort());
  const signal = AbortSignal.any([stopping.signal, ending.signal]);
  const own = request.offline ? makeHostImage(request.stateDir, request.images) : undefined;
  if (own?.kind === 'made' && own.images.length > 0) store.notice(`offline: the image ${own.images.map(({ name }) => name).join(', ')} is made of programs of this machine`);
  if (own?.kind === 'none') store.notice(`offline: there is no image ${hostImages.join(', ')}: ${own.why}; hint: give it with --image NAME=FILE`);
  const images = new AgentImages(site, [...request.images, ...(own?.kind === 'made' ? own.images : [])], store);
  for (const group of [operatorPods, workerPods(request.namespace)]) {
    followPods(group, { kube, store, signal, onRunning: (pod) => images.place(pod) }).catch((error: unknown) => store.notice(`following pods: ${String(error)}`));
  }
  followAgents(kube, store, ending).catch((error: unknown) => store.notice(`following agents: ${String(error)}`));
}

/** Returns when all is applied, with the names of what the server refused; pods may still be on their way, which their rows show. */
export async function bringUpK3s(stage: Stage, site: Site): Promise<readonly string[]> {
  const { request, wanted, store, ending, closing, context } = stage;
  const { container } = site.names;
  const progress = (text: string): void => store.setComponent({ name: container, health: 'starting', detail: text });
  const telling: Telling = { progress, notice: (text) => store.notice(text), signal: ending.signal };
  store.setHeader({ cluster: `k3s · ${container}` });
  // All rows from the beginning: what is still to come is seen to be missing.
  progress('looking');
  for (const { row } of [operatorPods, workerPods(request.namespace)].flatMap(({ roles }) => roles)) store.setComponent({ name: row(0), health: 'pending' });
  removeDoor(request.stateDir);
  // From here on there may be a container that runs, and whoever ends the session wants it stopped.
  const stopEarly = { isOn: true };
  closing.add(`stopping ${container}`, () => (stopEarly.isOn ? stopCluster(site, store) : undefined));
  const { port, gateway, hasNewImages } = await ending.orEnd(raise(stage, site, telling));
  stopEarly.isOn = false;
  showReady(stage, site);
  keep(stage, site, telling);
  const reach = await ending.orEnd(reachOf(site, gateway, ending.signal));
  const { telemetryToken: token } = site.identity;
  const receiver = await onPort(lastPorts(request.stateDir).telemetry, (wish) => startReceiver(store, { token, host: reach.listen, port: wish }));
  closing.add('closing the OTLP receiver', () => receiver.close());
  const offline = await openOffline(stage, reach);
  ending.signal.throwIfAborted();
  mark(stage, site, { port, telemetry: receiver.url, standIn: offline?.facts.upstreams });
  const kube = await connectKube(stage);
  const telemetry = receiver.url.replace(reach.listen, reach.address);
  const facts: SessionFacts = { telemetry, telemetryToken: token, ...(offline ? { offline: offline.facts } : {}) };
  await persist(() => furnish(kube, { facts, namespace: request.namespace }), ending);
  if (hasNewImages) await persist(() => restartAll(kube, request.namespace, context.now()), ending);
  await persist(() => applySecrets(kube, wanted.secrets, { namespace: request.namespace, force: true }), ending);
  offline?.offline.keys.readStoredFrom(() => storedDigests(kube));
  follow(stage, site, kube);
  const refused = await ending.orEnd(applyWanted(stage, kube));
  store.notice(`export KUBECONFIG=${localKubeconfig(request.stateDir)}  # or add --local; the API server is at https://localhost:${port}`);
  tellRefused(stage, refused);
  return refused.map(({ manifest }) => printedName(manifest.object));
}
