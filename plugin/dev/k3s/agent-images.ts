// Puts the archives of `--image NAME=FILE` where the workers of the cluster look for images: into each worker pod's own folder on its node.
import { Readable } from 'node:stream';
import { entries, field } from '../../../operator/api/object.ts';
import { podPaths, users } from '../../../operator/install/names.ts';
import type { KubeObject } from '../../../operator/kube/kube.ts';
import { imageArchiveName, imageArchives } from '../../../sandbox/contract.ts';
import { putArchive } from '../docker/containers.ts';
import { packFile } from '../docker/tar.ts';
import type { DevStore } from '../../feeds/store.ts';
import type { ImageArchive } from '../request.ts';
import { kubeletInside } from './names.ts';
import type { Site } from './site.ts';

/** On the node: the emptyDir that a worker keeps its images in; undefined where the pod has none. */
export function workerFolderOf(pod: KubeObject): string | undefined {
  const worker = entries(field(pod, 'spec', 'containers')).find((one) => field(one, 'name') === 'worker');
  const mount = entries(field(worker, 'volumeMounts')).find((one) => field(one, 'mountPath') === podPaths.workerState);
  const volume = field(mount, 'name');
  return typeof volume === 'string' && pod.metadata.uid !== undefined ? `${kubeletInside}/pods/${pod.metadata.uid}/volumes/kubernetes.io~empty-dir/${volume}` : undefined;
}

/** Each pod gets each image once; the worker finds it when an agent needs it. */
export class AgentImages {
  readonly #site: Site;
  readonly #images: readonly ImageArchive[];
  readonly #store: DevStore;
  readonly #placed = new Set<string>();

  constructor(site: Site, images: readonly ImageArchive[], store: DevStore) {
    this.#site = site;
    this.#images = images;
    this.#store = store;
  }

  /** Told of a pod at each of its changes. */
  place(pod: KubeObject): void {
    const folder = workerFolderOf(pod);
    const uid = pod.metadata.uid ?? '';
    if (folder === undefined || this.#images.length === 0 || this.#placed.has(uid)) return;
    this.#placed.add(uid);
    this.#put(folder).catch((error: unknown) => {
      this.#placed.delete(uid);
      this.#store.notice(`warning: giving ${pod.metadata.name} the images of --image: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  async #put(folder: string): Promise<void> {
    const { engine, names } = this.#site;
    for (const { name, file } of this.#images) {
      const entry = { path: `${imageArchives}/${imageArchiveName(name)}`, uid: users.worker, gid: users.group };
      await putArchive(engine, names.container, { folder, archive: Readable.from(packFile(entry, file)) });
    }
  }
}
