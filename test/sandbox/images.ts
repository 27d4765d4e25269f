// Makes images in the form a registry keeps them: descriptors, manifests, lists, and the bytes that they name.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar, type Item } from './archives.ts';

export const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
export const here = process.arch === 'x64' ? 'amd64' : process.arch;
export const elsewhere = here === 'arm64' ? 'amd64' : 'arm64';

export interface Made {
  readonly manifest: Buffer;
  readonly mediaType: string;
  readonly digest: string;
  /** By digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
}

export interface Making {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly architecture?: string;
  readonly format?: 'oci' | 'docker';
  readonly compress?: (layer: Buffer) => Buffer;
}

const types = {
  oci: { manifest: 'application/vnd.oci.image.manifest.v1+json', config: 'application/vnd.oci.image.config.v1+json', layer: 'application/vnd.oci.image.layer.v1.tar+gzip' },
  docker: { manifest: 'application/vnd.docker.distribution.manifest.v2+json', config: 'application/vnd.docker.container.image.v1+json', layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip' },
} as const;

export function makeImage(layers: readonly (readonly Item[])[], { config = {}, architecture = here, format = 'oci', compress = (layer) => gzipSync(layer) }: Making = {}): Made {
  const tars = layers.map(tar);
  const packed = tars.map(compress);
  const description = Buffer.from(JSON.stringify({ os: 'linux', architecture, config, rootfs: { type: 'layers', diff_ids: tars.map(digestOf) } }));
  const type = types[format];
  const descriptor = (mediaType: string, bytes: Buffer): unknown => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type.manifest, config: descriptor(type.config, description), layers: packed.map((bytes) => descriptor(type.layer, bytes)) }));
  return { manifest, mediaType: type.manifest, digest: digestOf(manifest), blobs: new Map([description, ...packed].map((bytes) => [digestOf(bytes), bytes])) };
}

/** One name for several platforms. */
export function makeList(images: readonly { readonly made: Made; readonly architecture: string; readonly os?: string }[]): Made {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = images.map(({ made, architecture, os = 'linux' }) => ({ mediaType: made.mediaType, digest: made.digest, size: made.manifest.length, platform: { os, architecture } }));
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  return { manifest, mediaType, digest: digestOf(manifest), blobs: new Map() };
}
