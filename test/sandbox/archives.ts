// Makes tar archives and images for tests, harmless and hostile ones.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export interface Item {
  readonly name: string;
  readonly body?: string | Buffer;
  /** Tar's type flag; '0' is a file. */
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
}

export function tar(items: readonly Item[]): Buffer {
  const blocks = items.map(({ name, body = '', type = '0', link = '', mode = 0o644 }) => {
    const bytes = Buffer.from(body as string);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write('ustar\x0000', 257);
    let sum = 0;
    for (const byte of header) sum += byte;
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A program of this machine and what the dynamic linker needs to run it. */
export function programFiles(program: string): readonly Item[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  const libraries = [...listed.matchAll(/(\/\S+)/g)].map(([, path = '']) => path);
  return [program, ...libraries].map((path) => ({ name: path.slice(1), body: readFileSync(path), mode: 0o755 }));
}

const hex = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export interface ImageOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  /** Tells digests that are not those of the layers. */
  readonly isForged?: boolean;
}

/** As `docker save` writes it. */
export function dockerArchive(layers: readonly (readonly Item[])[], options: ImageOptions = {}): Buffer {
  const tars = layers.map(tar);
  const config = configOf(tars, options);
  const names = tars.map((_, index) => `${index}/layer.tar`);
  return tar([
    ...tars.map((body, index) => ({ name: names[index] ?? '', body })),
    { name: `${hex(config)}.json`, body: config },
    { name: 'manifest.json', body: JSON.stringify([{ Config: `${hex(config)}.json`, RepoTags: ['x:1'], Layers: names }]) },
  ]);
}

/** An OCI layout with gzipped layers. */
export function ociArchive(layers: readonly (readonly Item[])[], options: ImageOptions = {}): Buffer {
  const tars = layers.map(tar);
  const zipped = tars.map((t) => gzipSync(t));
  const config = configOf(tars, options);
  const manifest = Buffer.from(JSON.stringify({ config: { digest: `sha256:${hex(config)}` }, layers: zipped.map((z) => ({ digest: `sha256:${hex(z)}` })) }));
  const index = JSON.stringify({ manifests: [{ digest: `sha256:${hex(manifest)}`, platform: { architecture: process.arch === 'x64' ? 'amd64' : process.arch } }] });
  const blobs = [config, manifest, ...zipped].map((body) => ({ name: `blobs/sha256/${hex(body)}`, body }));
  return tar([{ name: 'oci-layout', body: '{}' }, { name: 'index.json', body: index }, ...blobs]);
}

function configOf(tars: readonly Buffer[], { config = {}, isForged = false }: ImageOptions): Buffer {
  return Buffer.from(JSON.stringify({ config, rootfs: { diff_ids: tars.map((t) => `sha256:${isForged ? '0'.repeat(64) : hex(t)}`) } }));
}
