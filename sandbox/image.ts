// Finds the files that an image reference stands for: the host's own, or an archive that was put into the state directory.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { imageArchiveName, imageArchives } from './contract.ts';
import { hostRoot } from './host-files.ts';
import type { Root } from './root.ts';
import { unpackArchive } from './unpack.ts';

export interface ImageSource {
  readonly stateDir: string;
  readonly hostImages: readonly string[];
  readonly isOffline: boolean;
}

/** An image that is not here yet; its message tells a person how to give it. */
export class NoImage extends Error {}

/** The root file system of an image; `scratch` is the sandbox's own folder. */
export async function imageRoot(reference: string, source: ImageSource, scratch: string): Promise<Root> {
  const archive = join(source.stateDir, imageArchives, imageArchiveName(reference));
  if (existsSync(archive)) return await unpackArchive(archive, join(source.stateDir, 'roots'));
  if (source.hostImages.includes(reference)) return hostRoot(join(scratch, 'root'));
  const why = source.isOffline ? 'nothing is pulled with --offline' : 'this worker cannot pull images';
  throw new NoImage(`image ${reference} is not here and ${why}: save it with "docker save" and give it with --image ${reference}=FILE`);
}
