// Lays the ground of a session before the first child starts: folders, certificates, tokens, ports, the receiver of telemetry.
import { chownSync, readFileSync } from 'node:fs';
import { version } from '../../proxy/telemetry/version.ts';
import { workerUser } from '../../sandbox/contract.ts';
import { startReceiver } from '../feeds/receiver.ts';
import { loginEnvironment } from './existing/kubeconfig.ts';
import { placeImages } from './images.ts';
import { lastPorts, readMarker, writeMarker, type Marker } from './marker.ts';
import type { Offline } from './offline.ts';
import { openPki } from './pki.ts';
import { apiserverFolderName, workerFolderName } from './places.ts';
import { freePort, requirePort } from './ports.ts';
import type { Ground } from './programs.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import type { Stage } from './stage.ts';
import { stateSubfolder } from './state-folder.ts';
import { writeTokens } from './tokens.ts';

async function openCluster({ request, context, wanted: { borrowed } }: Stage, run: RunFolder): Promise<Ground['cluster']> {
  if (borrowed) return { kind: 'existing', borrowed, kubeconfig: run.writePrivate('operator.kubeconfig', borrowed.text), login: loginEnvironment(borrowed, context.env) };
  stateSubfolder(request.stateDir, apiserverFolderName);
  return { kind: 'embedded', port: request.port === undefined ? await freePort(lastPorts(request.stateDir).apiserver) : await requirePort(request.port) };
}

/** Of the operator's doors; never one of `taken`. */
async function doorPort(last: number | undefined, taken: readonly (number | undefined)[]): Promise<number> {
  return freePort(taken.includes(last) ? undefined : last);
}

function placeWorkerFolder({ request }: Stage): void {
  const folder = stateSubfolder(request.stateDir, workerFolderName);
  if (process.getuid?.() === 0) chownSync(folder, workerUser.uid, workerUser.gid);
  placeImages(request.stateDir, request.images);
}

/** Everything the children need. */
export async function layGround(stage: Stage, offline: Offline | undefined): Promise<Ground> {
  const { request, context, store, closing } = stage;
  const pki = openPki(request.stateDir, context.now());
  for (const notice of pki.renewed) store.notice(notice);
  const run = openRunFolder(request.stateDir, context.env);
  closing.add(`removing ${run.path}`, run.remove);
  placeWorkerFolder(stage);
  const tokens = writeTokens(run);
  const receiver = await startReceiver(store, { token: readFileSync(tokens.telemetry, 'utf8'), host: '127.0.0.1', port: 0 });
  closing.add('closing the OTLP receiver', () => receiver.close());
  const cluster = await openCluster(stage, run);
  const last = lastPorts(request.stateDir);
  const taken = cluster.kind === 'embedded' ? cluster.port : undefined;
  const operatorPort = await doorPort(last.operator, [taken]);
  return {
    request,
    env: context.env,
    bundles: stage.bundles,
    run,
    pki,
    tokens,
    cluster,
    operatorPort,
    readerPort: await doorPort(last.readers, [taken, operatorPort]),
    otlp: receiver.url,
    ...(offline ? { offline: offline.settings } : {}),
  };
}

/** Tells other commands, and the next session, about this one. */
export function mark({ request, closing, context }: Stage, { cluster, operatorPort: operator, readerPort: readers, otlp, run }: Ground): void {
  const before = lastPorts(request.stateDir).apiserver;
  // The same with the cluster in Docker, which goes on from its own configuration when it is wanted again.
  const k3s = readMarker(request.stateDir)?.k3s;
  // A session in another cluster hands on the port that the embedded one had.
  const apiserver = cluster.kind === 'embedded' ? cluster.port : before;
  const marker: Marker = {
    version,
    pid: process.pid,
    startedAt: context.now().toISOString(),
    cluster: cluster.kind,
    offline: request.offline,
    ports: { ...lastPorts(request.stateDir), ...(apiserver === undefined ? {} : { apiserver }), operator, readers },
    ...(request.port === undefined ? {} : { oneOff: before === undefined ? {} : { before } }),
    otlp,
    runDir: run.path,
    ...(k3s ? { k3s } : {}),
  };
  writeMarker(request.stateDir, marker);
  closing.add('writing dev.json', () => writeMarker(request.stateDir, { ...marker, stoppedAt: context.now().toISOString() }));
}
