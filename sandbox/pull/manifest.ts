// Reads manifests and lists of them, as a registry answers with them, and picks the image for this machine.
import { child, count, fields, list, text, type Fields } from '../decode.ts';

/** A piece of content at the registry. */
export interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
}

export interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

const index = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'];
const single = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];

/** What is asked for: registries answer with what they have of these. */
export const acceptedManifests = [...index, ...single].join(', ');

const mostManifests = 1024;
const mostLayers = 256;

const names: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/** This machine in the words of image manifests. */
export function thisPlatform(arch: string = process.arch): Platform {
  return { os: 'linux', architecture: names[arch] ?? arch };
}

export type Read =
  | { readonly kind: 'image'; readonly manifest: Manifest }
  /** A list: `chosen` is the one for the platform, absent when there is none; `offered` names what there is. */
  | { readonly kind: 'list'; readonly chosen: Descriptor | undefined; readonly offered: readonly string[] };

/** Throws an Error that says what is wrong with the document. */
export function readManifest(bytes: Buffer, platform: Platform): Read {
  const root = fields(parsed(bytes), 'manifest');
  if (root.value['schemaVersion'] === 1) throw new Error("it is in Docker's first format, which nobody writes any more");
  const isList = root.value['manifests'] !== undefined;
  // A document that is both could be one image to whoever checked it and another to whoever runs it.
  if (isList && (root.value['layers'] !== undefined || root.value['config'] !== undefined)) throw new Error('its manifest is an image and a list at once');
  if (isList) return readList(root, platform);
  const config = descriptor(child(root, 'config'));
  const layers = list(root, 'layers', mostLayers, (layer, at) => descriptor(fields(layer, at)));
  for (const { mediaType } of layers) {
    if (/foreign|nondistributable/.test(mediaType)) throw new Error(`it has a layer that is not at the registry (${mediaType})`);
    if (mediaType !== '' && !/tar/.test(mediaType)) throw new Error(`it is no container image: one of its layers is ${JSON.stringify(mediaType)}`);
  }
  return { kind: 'image', manifest: { config, layers } };
}

function readList(root: Fields, platform: Platform): Read {
  const entries = list(root, 'manifests', mostManifests, (value, at) => {
    const entry = fields(value, at);
    const told = entry.value['platform'] === undefined ? undefined : child(entry, 'platform');
    const word = (name: string): string => (typeof told?.value[name] === 'string' ? text(told, name) : '');
    return { entry, os: word('os'), architecture: word('architecture') };
  });
  const chosen = entries.find(({ os, architecture }) => os === platform.os && architecture === platform.architecture);
  // Without a platform it may be anything: taken when it is the only one, and its config is asked then.
  const only = entries.length === 1 && entries[0]?.architecture === '' ? entries[0] : undefined;
  const picked = chosen ?? only;
  // Builders put notes about an image beside it, for a platform called unknown.
  const offered = entries.filter(({ os }) => os !== 'unknown' && os !== '').map(({ os, architecture }) => `${os}/${architecture}`);
  return { kind: 'list', chosen: picked && descriptor(picked.entry), offered: [...new Set(offered)].slice(0, 12) };
}

function descriptor(of: Fields): Descriptor {
  const digest = text(of, 'digest');
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${of.path}.digest: ${JSON.stringify(digest.slice(0, 80))} is not sha256`);
  return { digest, size: count(of, 'size'), mediaType: of.value['mediaType'] === undefined ? '' : text(of, 'mediaType') };
}

/** The platform an image says it is for; undefined where it says none. */
export function configPlatform(bytes: Buffer): Platform | undefined {
  const { os, architecture } = fields(parsed(bytes), 'config').value;
  if (typeof architecture !== 'string' || architecture === '') return undefined;
  return { os: typeof os === 'string' && os !== '' ? os : 'linux', architecture };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw new Error('the registry answered with something that is not JSON');
  }
}
