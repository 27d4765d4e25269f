// Writes images as the OCI image format has them: blobs by digest, one layout for all, and archives that every engine takes.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Architecture } from './names.ts';
import { tar } from './tar.ts';
import { file, tree, type Tree } from './tree.ts';

export interface Blob {
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: Architecture; readonly os: 'linux' };
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Layer extends Blob {
  /** Of the tar archive before it was compressed. */
  readonly diffId: string;
}

export interface Image {
  readonly architecture: Architecture;
  readonly manifest: Descriptor;
  /** All but the manifest's own come first. */
  readonly blobs: readonly Blob[];
  readonly config: Blob;
  readonly layers: readonly Layer[];
}

/** The part of an image's configuration that an engine runs it by. */
export interface RunConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Env: readonly string[];
  readonly WorkingDir: string;
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly StopSignal: string;
}

const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const blob = (value: object): Blob => {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, digest: digestOf(bytes) };
};
const described = (mediaType: string, { digest, bytes }: Blob): Descriptor => ({ mediaType, digest, size: bytes.length });

/** `kept` may know from before what these very bytes become. */
export function layer(content: Tree, kept: (diffId: string, pack: () => Buffer) => Buffer): Layer {
  const bytes = tar(content);
  const diffId = digestOf(bytes);
  const packed = kept(diffId, () => pack(bytes));
  return { bytes: packed, digest: digestOf(packed), diffId };
}

/** The highest level takes twice the time for half a percent. */
const gzipLevel = 6;

/** zlib writes no time and no name into the header; the level is fixed, and the byte that names the packing system says "unknown". */
function pack(bytes: Buffer): Buffer {
  const packed = gzipSync(bytes, { level: gzipLevel });
  packed[9] = 255;
  return packed;
}

export function image(architecture: Architecture, layers: readonly Layer[], run: RunConfig, created: string): Image {
  const config = blob({
    created,
    architecture,
    os: 'linux',
    config: run,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created, created_by: 'npm run images' })),
  });
  const manifest = blob({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: described(types.config, config),
    layers: layers.map((one) => described(types.layer, one)),
    annotations: run.Labels,
  });
  const platform = { architecture, os: 'linux' } as const;
  return { architecture, config, layers, blobs: [...layers, config, manifest], manifest: { ...described(types.manifest, manifest), platform } };
}

/** Under which name an engine shows it: containerd reads the first, the OCI's own tools the second. */
const named = (reference: string): Readonly<Record<string, string>> => ({
  'io.containerd.image.name': reference,
  'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
});

const layoutFile = Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' }));
const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
const index = (manifests: readonly Descriptor[]): object => ({ schemaVersion: 2, mediaType: types.index, manifests });

/** An OCI layout in a tar archive that also has what engines before it looked for, manifest.json. */
export function archive(one: Image, reference: string): Buffer {
  const paths = one.layers.map(({ digest }) => blobPath(digest));
  return tar(tree([
    ...new Map(one.blobs.map(({ digest, bytes }) => [blobPath(digest), file(bytes)] as const)),
    ['oci-layout', file(layoutFile)],
    ['index.json', file(JSON.stringify(index([{ ...one.manifest, annotations: named(reference) }])))],
    ['manifest.json', file(JSON.stringify([{ Config: blobPath(one.config.digest), RepoTags: [reference], Layers: paths }]))],
  ]));
}

/** Path and content of each file of a layout in which an image is an index of its architectures. */
export function layout(images: Readonly<Record<string, readonly Image[]>>): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>([['oci-layout', layoutFile]]);
  const put = ({ digest, bytes }: Blob): void => void files.set(blobPath(digest), bytes);
  const entries = Object.entries(images).map(([reference, all]) => {
    all.forEach((one) => one.blobs.forEach(put));
    const both = blob(index(all.map(({ manifest }) => manifest)));
    put(both);
    return { ...described(types.index, both), annotations: { ...named(reference), 'org.opencontainers.image.ref.name': reference } };
  });
  return files.set('index.json', Buffer.from(JSON.stringify(index(entries))));
}
