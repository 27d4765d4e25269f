// Puts the archives of `--image NAME=FILE` where the worker looks for images.
import { constants, copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { imageArchiveName, imageArchives } from '../../sandbox/contract.ts';
import { UserError } from '../exit.ts';
import { archiveFlaw } from './image-archive.ts';
import { workerFolder } from './places.ts';
import type { ImageArchive } from './request.ts';

/** Told before anything starts; the worker would find it when an agent needs the image. */
export function checkImages(images: readonly ImageArchive[]): void {
  for (const { name, file } of images) {
    const flaw = archiveFlaw(file);
    if (flaw !== undefined) throw new UserError(`--image ${name}: ${file} ${flaw}`, ['save the image into a file: docker save IMAGE -o FILE']);
  }
}

/** Copies each one whole or not at all; where the file system can, without copying a byte. */
export function placeImages(stateDir: string, images: readonly ImageArchive[]): void {
  const folder = join(workerFolder(stateDir), imageArchives);
  if (images.length > 0) mkdirSync(folder, { recursive: true });
  for (const { name, file } of images) {
    const target = join(folder, imageArchiveName(name));
    try {
      copyFileSync(file, `${target}.${process.pid}`, constants.COPYFILE_FICLONE);
      renameSync(`${target}.${process.pid}`, target);
    } catch (error) {
      throw new UserError(`--image ${name}: copying ${file}: ${(error as Error).message}`, ['check the space on the disk and who may read the file']);
    }
  }
}
