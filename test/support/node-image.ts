// The tests' node image in an engine: built once for the same content, kept outside the tree, imported where it is wanted.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, globSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../plugin/dev/docker/engine.ts';
import { tar } from '../../krew/images/tar.ts';
import { wantedAsset } from '../kubernetes/assets.ts';
import { lacking, nodeConfiguration, nodeFiles, type Built } from '../node/image.ts';

/** What it is called in the engine: no registry has it. */
export const nodeImage = 'clrk.test/k3s:v1.35.4';

const checkout = existsSync(join(import.meta.dirname, '../../package-lock.json')) ? join(import.meta.dirname, '../..') : join(import.meta.dirname, '../../..');
const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'clrk/node-image');

function programs(): Built | undefined {
  const [hyperkube, etcd, coredns] = [wantedAsset('hyperkube'), wantedAsset('etcd'), wantedAsset('coredns')];
  return hyperkube && etcd && coredns ? { hyperkube, etcd, coredns } : undefined;
}

/** Why there is no such image here; undefined: there can be. Where the real thing is required, it is an error. */
export function lacksNodeImage(): string | undefined {
  if (!programs()) return 'the programs of a Kubernetes node are missing: npm run kubernetes:assets builds them with Go';
  const missing = lacking();
  if (missing.length === 0) return undefined;
  const lack = `not installed (Debian): ${missing.join(', ')}`;
  if (process.env['CLRK_REQUIRE_KUBERNETES']) throw new Error(lack);
  return lack;
}

function key(built: Built): string {
  const hash = createHash('sha256').update(Object.values(built).join('\0')).update(process.version);
  for (const path of globSync('{test/node/**/*.ts,test/support/node-image.ts,krew/images/*.ts,proxy/x509/*.ts,plugin/dev/kubeconfig.ts}', { cwd: checkout }).toSorted()) hash.update(readFileSync(join(checkout, path)));
  return hash.digest('hex').slice(0, 16);
}

/** Path of the tar archive with its files. Some hundred megabytes, so only the newest is kept. */
export function nodeArchive(): string {
  const built = programs();
  if (!built) throw new Error(lacksNodeImage());
  const name = `${key(built)}.tar`;
  const path = join(cache, name);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, tar(nodeFiles(built, checkout)));
  renameSync(aside, path);
  const older = readdirSync(cache).filter((other) => other.endsWith('.tar') && other !== name).map((other) => join(cache, other));
  for (const one of older.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs).slice(1)) rmSync(one, { force: true });
  return path;
}

/** Answers its name. */
export async function importNodeImage(engine: Engine): Promise<string> {
  const [repo = '', tag = ''] = nodeImage.split(/:(?=[^:]*$)/);
  const query = new URLSearchParams([['fromSrc', '-'], ['repo', repo], ['tag', tag], ...nodeConfiguration.map((change): [string, string] => ['changes', change])]);
  const { body } = await engine.open({ method: 'POST', path: `/images/create?${String(query)}`, archive: createReadStream(nodeArchive()), doing: `importing ${nodeImage}` });
  let said = '';
  for await (const piece of body) said = (said + String(piece)).slice(-2000);
  if (/"error"/.test(said)) throw new Error(`importing ${nodeImage}: ${said}`);
  return nodeImage;
}
