// Reads the config of an image: its layers, and what it runs unless an agent says otherwise.
import { createHash } from 'node:crypto';
import { child, fields, list, plainText, text } from './decode.ts';

export interface Layer {
  /** Where it lies: in an archive, or its digest at a registry. */
  readonly name: string;
  /** `sha256:...` of the unpacked bytes. */
  readonly diffId: string;
}

export interface ImageConfig {
  readonly digest: string;
  readonly layers: readonly Layer[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user: string;
}

export const mostLayers = 256;
const mostVariables = 1024;

/** `layerNames` in the order of the image's manifest. */
export function parseImageConfig(bytes: Buffer, layerNames: readonly string[]): ImageConfig {
  const root = fields(JSON.parse(bytes.toString('utf8')) as unknown, 'config');
  const diffIds = list(child(root, 'rootfs'), 'diff_ids', mostLayers, plainText);
  if (diffIds.length !== layerNames.length) throw new Error('the archive is damaged: its image has another number of layers');
  const told = root.value['config'];
  const config = typeof told === 'object' && told !== null ? fields(told, 'config.config') : fields({}, 'config.config');
  const optional = (name: string, most = 4096): readonly string[] => (Array.isArray(config.value[name]) ? list(config, name, most, plainText) : []);
  const word = (name: string): string => (typeof config.value[name] === 'string' ? text(config, name, 4096) : '');
  return {
    digest: createHash('sha256').update(bytes).digest('hex'),
    layers: layerNames.map((name, index) => ({ name, diffId: diffIds[index] ?? '' })),
    entrypoint: optional('Entrypoint'),
    cmd: optional('Cmd'),
    env: variables(optional('Env', mostVariables)),
    workdir: word('WorkingDir'),
    user: word('User'),
  };
}

function variables(pairs: readonly string[]): Readonly<Record<string, string>> {
  const named = pairs.map((pair): [string, string] => [pair.slice(0, Math.max(0, pair.indexOf('='))), pair.slice(pair.indexOf('=') + 1)]);
  return Object.fromEntries(named.filter(([name]) => name !== ''));
}
