// The steps that bring a session up, in order; each registers how it is undone.
import { chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../operator/kube/connect.ts';
import type { Kube } from '../../operator/kube/kube.ts';
import { version } from '../../proxy/telemetry/version.ts';
import { workerUser } from '../../sandbox/contract.ts';
import type { PluginContext } from '../context.ts';
import { UserError } from '../exit.ts';
import { startReceiver } from '../feeds/receiver.ts';
import type { DevStore } from '../feeds/store.ts';
import { localKubeconfig } from '../kubeconfig.ts';
import { applyManifests, printedName, type Applied } from '../manifests/apply.ts';
import type { Manifest } from '../manifests/read.ts';
import { refusal } from '../manifests/refusal.ts';
import type { SecretContent } from '../secrets/flag.ts';
import type { Closing } from './closing.ts';
import type { Ending } from './ending.ts';
import { NotStarted } from './children.ts';
import { Fleet } from './fleet.ts';
import { placeImages } from './images.ts';
import { applySecrets, install } from './install.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { lastPorts, writeMarker, type Marker } from './marker.ts';
import { startOffline, storedDigests, type Offline } from './offline.ts';
import { persist } from './persist.ts';
import { openPki, type Pki } from './pki.ts';
import { apiserverFolderName, workerFolderName } from './places.ts';
import { freePort, requirePort } from './ports.ts';
import { programs, type Ground } from './programs.ts';
import type { DevRequest } from './request.ts';
import { openRunFolder } from './run-folder.ts';
import { followAgents } from './agents-feed.ts';
import { runtimeNotices, runtimeSaid } from './runtime-words.ts';
import { stateSubfolder } from './state-folder.ts';
import { writeTokens } from './tokens.ts';

/** What was read and checked before anything started. */
export interface Wanted {
  readonly secrets: readonly SecretContent[];
  readonly manifests: readonly Manifest[];
}

export interface Stage {
  readonly request: DevRequest;
  readonly context: PluginContext;
  readonly wanted: Wanted;
  /** Folder of the children's bundles. */
  readonly bundles: string;
  readonly store: DevStore;
  readonly ending: Ending;
  readonly closing: Closing;
}

async function choosePorts({ request }: Stage): Promise<Ground['ports']> {
  const last = lastPorts(request.stateDir);
  const apiserver = request.port === undefined ? await freePort(last.apiserver) : await requirePort(request.port);
  const operator = await freePort(last.operator === apiserver ? undefined : last.operator);
  return { apiserver, operator };
}

function placeWorkerFolder({ request }: Stage): void {
  const folder = stateSubfolder(request.stateDir, workerFolderName);
  if (process.getuid?.() === 0) chownSync(folder, workerUser.uid, workerUser.gid);
  placeImages(request.stateDir, request.images);
}

async function openOffline({ request, wanted, store, closing }: Stage): Promise<Offline | undefined> {
  if (!request.offline) return undefined;
  const offline = await startOffline(wanted.secrets);
  closing.add('closing the stand-in', () => offline.close());
  for (const notice of offline.notices) store.notice(notice);
  return offline;
}

/** Everything the children need, made before the first one starts. */
async function layGround(stage: Stage, offline: Offline | undefined): Promise<Ground> {
  const { request, context, store, closing } = stage;
  stateSubfolder(request.stateDir, apiserverFolderName);
  const pki = openPki(request.stateDir, context.now());
  for (const notice of pki.renewed) store.notice(notice);
  const run = openRunFolder(request.stateDir, context.env);
  closing.add(`removing ${run.path}`, run.remove);
  placeWorkerFolder(stage);
  const tokens = writeTokens(run);
  const receiver = await startReceiver(store, { token: readFileSync(tokens.telemetry, 'utf8'), host: '127.0.0.1', port: 0 });
  closing.add('closing the OTLP receiver', () => receiver.close());
  return {
    request,
    env: context.env,
    bundles: stage.bundles,
    run,
    pki,
    tokens,
    ports: await choosePorts(stage),
    otlp: receiver.url,
    ...(offline ? { offline: offline.settings } : {}),
  };
}

function mark({ request, closing, context }: Stage, ground: Ground): void {
  const before = lastPorts(request.stateDir).apiserver;
  const marker: Marker = {
    version,
    pid: process.pid,
    startedAt: context.now().toISOString(),
    cluster: 'embedded',
    offline: request.offline,
    ports: ground.ports,
    ...(request.port === undefined ? {} : { oneOff: before === undefined ? {} : { before } }),
    otlp: ground.otlp,
    runDir: ground.run.path,
  };
  writeMarker(request.stateDir, marker);
  closing.add('writing dev.json', () => writeMarker(request.stateDir, { ...marker, stoppedAt: context.now().toISOString() }));
}

async function connectKube({ request, closing }: Stage, pki: Pki, port: number): Promise<Kube> {
  const file = localKubeconfig(request.stateDir);
  writeKubeconfig(file, { name: 'clrk-dev', server: `https://localhost:${port}`, authority: pki.authority.certificate, client: pki.admin });
  const { kube } = await connect({ kubeconfig: file });
  closing.add('closing the connection to the API server', () => kube.close());
  return kube;
}

type Refused = Extract<Applied, { outcome: 'refused' }>;

/** An object that the server refuses keeps neither the others back nor the session: it may hold agents that run. */
async function applyWanted({ request, wanted, store, ending }: Stage, kube: Kube): Promise<readonly Refused[]> {
  const refused: Refused[] = [];
  for await (const result of applyManifests(kube, wanted.manifests, { namespace: request.namespace, force: request.force, onWarning: (text) => store.notice(`Warning: ${text}`) })) {
    ending.signal.throwIfAborted();
    if (result.outcome !== 'refused') store.notice(`${printedName(result.object)} ${result.outcome}`);
    else refused.push(result);
  }
  return refused;
}

/** The command that applies to this session from another terminal. */
function applyAgain({ stateDir, namespace }: DevRequest, { home }: PluginContext): string {
  return ['kubectl clrk apply --local', ...(stateDir === join(home, '.clrk') ? [] : [`--clrk-dir ${stateDir}`]), ...(namespace === 'default' ? [] : [`-n ${namespace}`])].join(' ');
}

/** Told last, so that it is what the interface's one line of news shows, and among the lines of the one who refused. */
function tellRefused({ request, store, context }: Stage, refused: readonly Refused[]): void {
  const again = applyAgain(request, context);
  for (const { manifest, error } of refused) {
    for (const line of refusal(manifest, error, again).trimEnd().split('\n')) {
      store.line('apiserver', 'stderr', line);
      store.notice(line);
    }
  }
  if (refused.length > 0) store.notice(`not applied: ${refused.map(({ manifest }) => printedName(manifest.object)).join(', ')}; the session goes on, and the lines of apiserver say why`);
}

async function startChildren({ store, closing, ending }: Stage, ground: Ground): Promise<Fleet> {
  const fleet = new Fleet(programs(ground), store);
  closing.add('stopping the children', () => fleet.stop());
  fleet.start();
  fleet.ready('worker').then((ready) => {
    const said = runtimeSaid(ready);
    if (said) store.setHeader({ sandbox: said.name });
    for (const notice of said ? runtimeNotices(said) : []) store.notice(notice);
  }, () => undefined);
  try {
    await ending.orEnd(fleet.ready('apiserver'));
  } catch (error) {
    if (ending.reason) throw error;
    throw new UserError((error as Error).message, error instanceof NotStarted ? [error.hint] : []);
  }
  return fleet;
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
  store.setHeader({ cluster: 'embedded', ...(offline ? { offline: 'stand-ins answer for providers' } : {}) });
  const kube = await connectKube(stage, ground.pki, ground.ports.apiserver);
  await startChildren(stage, ground);
  await persist(() => install(kube, { namespace: request.namespace, operatorPort: ground.ports.operator }), ending);
  await persist(() => applySecrets(kube, wanted.secrets, request.namespace), ending);
  offline?.keys.readStoredFrom(() => storedDigests(kube));
  followAgents(kube, store, ending).catch((error: unknown) => store.notice(`following agents: ${String(error)}`));
  const refused = await ending.orEnd(applyWanted(stage, kube));
  // What is worth copying comes first: the interface cuts a line where the terminal ends.
  store.notice(`export KUBECONFIG=${localKubeconfig(request.stateDir)}  # or add --local; the API server is at https://localhost:${ground.ports.apiserver}`);
  tellRefused(stage, refused);
  return refused.map(({ manifest }) => printedName(manifest.object));
}
