// What is in the images, byte by byte: nothing that is not needed, nothing that gives rights, and the same from the same content.
import test from 'ava';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { buildImages } from '../../krew/images/build.ts';
import { contents } from '../../krew/images/contents.ts';
import { isElf, libraries } from '../../krew/images/elf.ts';
import { architectures, images, type Architecture } from '../../krew/images/names.ts';
import { imageNames, imageOf, type ImageName } from '../../operator/install/names.ts';
import { version } from '../../proxy/telemetry/version.ts';
import { readTar, type Entry } from '../../sandbox/tar.ts';
import { checkout, imageArchive, imageCache } from '../support/images.ts';

interface Member extends Entry {
  readonly bytes: Buffer;
}

async function members(archive: Buffer): Promise<ReadonlyMap<string, Member>> {
  const found = new Map<string, Member>();
  const source = async function* (): AsyncGenerator<Buffer> {
    yield archive;
  };
  const tar = readTar(source());
  for (let entry = await tar.next(); entry !== undefined; entry = await tar.next()) {
    const pieces: Buffer[] = [];
    for await (const piece of tar.content()) pieces.push(piece);
    found.set(entry.name.replace(/\/$/, ''), { ...entry, bytes: Buffer.concat(pieces) });
  }
  return found;
}

interface Opened {
  readonly files: ReadonlyMap<string, Member>;
  readonly layerBytes: number;
  readonly outer: ReadonlyMap<string, Member>;
}

/** The layers on top of each other. */
async function opened(name: ImageName, architecture: Architecture): Promise<Opened> {
  const outer = await members(readFileSync(await imageArchive(name, architecture)));
  const [{ Layers }] = JSON.parse(outer.get('manifest.json')?.bytes.toString() ?? '') as [{ readonly Layers: readonly string[] }];
  const layers = Layers.map((path) => outer.get(path)?.bytes ?? Buffer.alloc(0));
  const trees = await Promise.all(layers.map((layer) => members(gunzipSync(layer))));
  return { files: new Map(trees.flatMap((tree) => [...tree])), layerBytes: layers.reduce((sum, layer) => sum + layer.length, 0), outer };
}

const all = images.flatMap((name) => (Object.keys(architectures) as readonly Architecture[]).map((architecture) => ({ name, architecture })));
const most: Readonly<Record<ImageName, number>> = { operator: 60e6, proxy: 60e6, sandbox: 70e6 };

for (const { name, architecture } of all) {
  test.serial(`${name} for ${architecture}: every digest is right, and it is no larger than it may be`, async (t) => {
    const { outer, layerBytes } = await opened(name, architecture);
    for (const [path, { bytes, kind }] of outer) if (kind === 'file' && path.startsWith('blobs/')) t.is(createHash('sha256').update(bytes).digest('hex'), path.slice('blobs/sha256/'.length));
    const index = JSON.parse(outer.get('index.json')?.bytes.toString() ?? '') as { readonly manifests: readonly { readonly digest: string; readonly annotations: Readonly<Record<string, string>> }[] };
    t.is(index.manifests[0]?.annotations['io.containerd.image.name'], imageOf(name));
    t.true(outer.has(`blobs/${index.manifests[0]?.digest.replace(':', '/')}`));
    t.true(layerBytes <= most[name], `${layerBytes} bytes`);
  });

  test.serial(`${name} for ${architecture}: nothing gives rights, nobody may write, and only what it starts can be started`, async (t) => {
    const { files } = await opened(name, architecture);
    const owned = new Set(contents[name].folders.map((path) => path.slice(1)));
    t.deepEqual([...files].filter(([, { mode }]) => (mode & 0o7000) !== 0).map(([path]) => path), []);
    t.deepEqual([...files].filter(([, { mode, kind }]) => kind !== 'symlink' && (mode & 0o022) !== 0).map(([path]) => path), []);
    t.deepEqual([...files].filter(([path, { mode, kind }]) => kind === 'directory' && mode === 0o700 && !owned.has(path)).map(([path]) => path), []);
    const programs = [...files].filter(([path, { mode, kind }]) => kind === 'file' && (mode & 0o111) !== 0 && !path.startsWith('usr/lib/')).map(([path]) => path);
    const started = Object.keys(contents[name].programs).map((path) => (path === 'usr/bin/sh' ? 'usr/bin/dash' : path));
    t.deepEqual(programs.toSorted(), ['usr/local/bin/node', ...started].toSorted());
  });

  test.serial(`${name} for ${architecture}: every library that is asked for is there, and no other`, async (t) => {
    const { files } = await opened(name, architecture);
    const folder = `usr/lib/${architectures[architecture].triplet}`;
    const asked = new Set([...files.values()].filter(({ bytes }) => isElf(bytes)).flatMap(({ bytes }) => libraries(bytes)).map((library) => (library.startsWith('/') ? `usr${library}` : `${folder}/${library}`)));
    t.deepEqual([...asked].filter((path) => !files.has(path)), []);
    const reached = new Set([...asked].flatMap((path) => [path, join(dirname(path), files.get(path)?.link ?? '.')]));
    t.deepEqual([...files].filter(([path, { kind }]) => path.startsWith(`${folder}/`) && kind !== 'directory' && !reached.has(path)).map(([path]) => path), []);
  });

  test.serial(`${name} for ${architecture}: it says what it is made of, to people and to scanners`, async (t) => {
    const { files } = await opened(name, architecture);
    const bom = JSON.parse(files.get('clrk/sbom.cdx.json')?.bytes.toString() ?? '') as { readonly specVersion: string; readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[] };
    t.is(bom.specVersion, '1.6');
    const named = new Set(bom.components.filter(({ purl }) => purl.startsWith('pkg:deb/')).map((component) => component.name));
    const installed = [...files.keys()].filter((path) => path.startsWith('var/lib/dpkg/status.d/')).map((path) => path.slice('var/lib/dpkg/status.d/'.length));
    t.deepEqual(installed.toSorted(), [...named].toSorted());
    t.true(bom.components.every((component) => component.version !== ''));
    t.true(bom.components.some((component) => component.purl.startsWith('pkg:npm/koffi@')) && bom.components.some((component) => component.name === 'node'));
    t.regex(files.get('clrk/NOTICES')?.bytes.toString() ?? '', /^koffi \d/m);
    for (const one of installed) t.true(files.has(`usr/share/doc/${one}/copyright`), one);
  });
}

test.serial('the operator and the proxy hold no shell', async (t) => {
  for (const name of ['operator', 'proxy'] as const) t.deepEqual([...(await opened(name, 'amd64')).files.keys()].filter((path) => /\/(sh|bash|dash|busybox)$/.test(path)), []);
});

test.serial('the same content gives the same bytes', async (t) => {
  const out = mkdtempSync(join(tmpdir(), 'clrk-images-'));
  t.teardown(() => rmSync(out, { recursive: true, force: true }));
  // Packages are taken from where they are; no layer is taken from before.
  mkdirSync(join(out, 'cache'));
  for (const kept of ['npm', 'debian']) symlinkSync(join(imageCache, kept), join(out, 'cache', kept));
  const [built] = await buildImages({ checkout, bundles: join(checkout, 'dist'), cache: join(out, 'cache'), out: join(out, 'images'), version, images: ['proxy'], architectures: ['arm64'] });
  t.true(readFileSync(built?.file ?? '').equals(readFileSync(await imageArchive('proxy', 'arm64'))));
});

test.serial('Node, koffi and gVisor of the arm64 image run', async (t) => {
  const emulator = '/usr/bin/qemu-aarch64-static';
  if (process.arch !== 'arm64' && !existsSync(emulator)) {
    if (process.env['CLRK_REQUIRE_KUBERNETES']) throw new Error('qemu-user-static is not installed');
    t.log('not run: qemu-user-static is not installed');
    return t.pass();
  }
  const { files } = await opened('sandbox', 'arm64');
  const root = mkdtempSync(join(tmpdir(), 'clrk-images-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, { kind, bytes }] of files) {
    if (kind !== 'file' || !/^(usr\/(local\/)?bin|usr\/lib|clrk)\//.test(path)) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes, { mode: 0o755 });
  }
  for (const [path, { kind, bytes, link }] of files) if (kind === 'symlink' && path.startsWith('usr/lib') && bytes.length === 0) writeFileSync(join(root, path), files.get(join(dirname(path), link))?.bytes ?? '', { mode: 0o755 });
  const loader = [join(root, 'usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1'), '--library-path', join(root, 'usr/lib/aarch64-linux-gnu')];
  const run = async (...words: readonly string[]): Promise<string> => {
    const [file = '', ...args] = process.arch === 'arm64' ? words : [emulator, ...words];
    return (await promisify(execFile)(file, args)).stdout.trim();
  };
  t.is(await run(...loader, join(root, 'usr/local/bin/node'), '-p', `process.dlopen({ exports: {} }, ${JSON.stringify(join(root, 'clrk/koffi.node'))}); process.version + process.arch`), 'v22.23.2arm64');
  t.regex(await run(join(root, 'usr/bin/runsc'), '--version'), /^runsc version /);
  t.is(Object.keys(imageNames).length, images.length);
});
