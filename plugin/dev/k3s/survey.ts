// Looks at what the engine already has under a cluster's names, and settles what is to happen with it before anything is changed.
import { inspectContainer, removeContainer, type Container } from '../docker/containers.ts';
import { inspectNetwork, inspectVolume, removeNetwork, removeVolume } from '../docker/networks.ts';
import { EngineError } from '../docker/errors.ts';
import { UserError } from '../../exit.ts';
import { isOlder, standing, type Found, type Standing } from './drift.ts';
import { stateIdOf } from './identity.ts';
import { configurationHash } from './node-container.ts';
import { marks, thisMachine } from './names.ts';
import type { Site } from './site.ts';

const foundContainer = ({ Config, Created }: Container): Found => ({ labels: Config.Labels ?? {}, createdAt: Created, image: Config.Image });

interface Thing {
  readonly title: string;
  readonly found: Found;
}

async function things({ engine, names }: Site): Promise<readonly Thing[]> {
  const container = await inspectContainer(engine, names.container);
  const network = await inspectNetwork(engine, names.network);
  const volumes = await Promise.all([names.stateVolume, names.kubeletVolume].map((name) => inspectVolume(engine, name)));
  return [
    ...(container ? [{ title: `container ${names.container}`, found: foundContainer(container) }] : []),
    // Who is in a network reaches what listens there.
    ...(network ? [{ title: `network ${names.network}`, found: { labels: network.Labels ?? {} } }] : []),
    ...volumes.flatMap((volume) => (volume ? [{ title: `volume ${volume.Name}`, found: { labels: volume.Labels ?? {} } }] : [])),
  ];
}

export type Survey =
  | { readonly kind: 'new' }
  | { readonly kind: 'same' }
  | { readonly kind: 'orphan'; readonly stateDir: string }
  | Extract<Standing, { kind: 'drifted' }>;

const away = 'or use another state folder: --clrk-dir DIR, or run without Docker: --cluster embedded';

function refuse({ title }: Thing, verdict: Standing, { names }: Site): void {
  if (verdict.kind === 'stranger') throw new UserError(`the engine has a ${title} that is not of kubectl clrk`, [`remove it, if nobody needs it: k3d cluster delete ${names.cluster}, or docker rm, docker volume rm and docker network rm`, away]);
  if (verdict.kind !== 'foreign') return;
  const whose = verdict.machine === thisMachine() ? `the state folder ${verdict.stateDir}` : `the state folder ${verdict.stateDir} of machine ${verdict.machine}`;
  throw new UserError(`the engine has a ${title} that belongs to ${whose}`, ['use it from there', away]);
}

/** What the engine has of this cluster. Throws where something of somebody else's is in the way. */
export async function survey(site: Site): Promise<Survey> {
  const wished = { owner: site.owner, machine: thisMachine(), hash: configurationHash(site.names, site.image), image: site.image };
  const all = (await things(site)).map((thing) => ({ thing, verdict: standing(thing.found, wished, stateIdOf) }));
  for (const { thing, verdict } of all) refuse(thing, verdict, site);
  const verdicts = all.map(({ verdict }) => verdict);
  const orphan = verdicts.find((verdict) => verdict.kind === 'orphan');
  if (orphan?.kind === 'orphan') return { kind: 'orphan', stateDir: orphan.stateDir };
  const drifted = verdicts.find((verdict) => verdict.kind === 'drifted');
  if (drifted?.kind === 'drifted') return drifted;
  return { kind: verdicts.length > 0 ? 'same' : 'new' };
}

/** Everything of the cluster, its state too. */
export async function clearCluster({ engine, names }: Site): Promise<void> {
  await removeContainer(engine, names.container);
  for (const volume of [names.stateVolume, names.kubeletVolume]) await removeVolume(engine, volume);
  await clearNetwork({ engine, names });
}

/** Other containers may have joined it: then it stays. */
export async function clearNetwork({ engine, names }: Pick<Site, 'engine' | 'names'>): Promise<void> {
  if ((await inspectNetwork(engine, names.network))?.Labels?.[marks.stateId] === undefined) return;
  try {
    await removeNetwork(engine, names.network);
  } catch (error) {
    if (!(error instanceof EngineError) || error.status === 0) throw error;
  }
}

export interface Consent {
  /** `--force-recreate`. */
  readonly force: boolean;
  /** Asks the person; absent where nobody can be asked. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  readonly tell: (line: string) => void;
}

/** Makes room for the cluster as it is wanted; what is in it stays, unless the folder that it belonged to is gone. */
export async function makeRoom(site: Site, found: Survey, { force, ask, tell }: Consent): Promise<void> {
  const { engine, names } = site;
  if (found.kind === 'orphan') {
    tell(`the state folder ${found.stateDir} that cluster ${names.cluster} belonged to is gone: a clean slate`);
    return clearCluster(site);
  }
  if (found.kind === 'drifted') {
    const what = `cluster ${names.cluster} was made ${found.createdAt} with image ${found.image} and configuration ${found.from}; now it is image ${site.image} and configuration ${found.to}`;
    if (isOlder(site.image, found.image)) throw new UserError(`${what}: Kubernetes does not go back over what a newer one has written`, [`go on with the newer one: --k3s-image ${found.image}`, `a clean slate: rm -rf ${site.owner.stateDir}`]);
    const isAgreed = force || (await ask?.(`${what}\nmake its container anew? what is in the cluster stays`));
    if (isAgreed !== true) throw new UserError(ask ? `${names.container} is left as it is` : what, [`go on as it was: --k3s-image ${found.image}`, 'make the container anew without asking: --force-recreate']);
  }
  if (found.kind === 'drifted' || (force && found.kind === 'same')) {
    tell(`making container ${names.container} anew; what is in the cluster stays`);
    await removeContainer(engine, names.container);
    await clearNetwork(site);
  }
}
