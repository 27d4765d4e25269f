// Takes Debian's packages of today into pins.ts, each only if its index is signed by Debian: `node krew/images/refresh.ts`.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packages } from './contents.ts';
import type { DebianPin } from './debian.ts';
import { debianMirror } from './mirror.ts';
import { architectures, type Architecture } from './names.ts';

const mirror = debianMirror();
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const release = 'trixie';
const suites = [['debian', release], ['debian', `${release}-updates`], ['debian-security', `${release}-security`]] as const;

/** `name -> pin` of one suite, by Release, Packages and their check sums. */
async function indexOf(archive: string, suite: string, architecture: Architecture): Promise<readonly DebianPin[]> {
  const at = `${mirror}/${archive}/dists/${suite}`;
  const signed = verified(await bytes(`${at}/InRelease`));
  // Debian signs every suite with the same keys: an old one given in the place of this one would be believed.
  const codename = /^Codename: (.*)$/m.exec(signed)?.[1];
  if (codename !== suite) throw new Error(`${at}/InRelease is that of ${codename}`);
  const until = /^Valid-Until: (.*)$/m.exec(signed)?.[1];
  if (until !== undefined && Date.parse(until) < Date.now()) throw new Error(`${at}/InRelease was good until ${until} only`);
  const name = `main/binary-${architecture}/Packages.xz`;
  const sums = signed.slice(signed.indexOf('\nSHA256:'));
  const sum = new RegExp(`^ ([0-9a-f]{64}) +\\d+ ${name.replaceAll('.', '\\.')}$`, 'm').exec(sums)?.[1];
  const packed = await bytes(`${at}/${name}`);
  if (sum === undefined || createHash('sha256').update(packed).digest('hex') !== sum) throw new Error(`${at}/${name} is not the one that Debian signed`);
  const list = execFileSync('xz', ['--decompress', '--stdout'], { input: packed, maxBuffer: 2 ** 28 }).toString();
  return list.split('\n\n').flatMap((paragraph) => pin(paragraph, archive));
}

function pin(paragraph: string, archive: string): readonly DebianPin[] {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1] ?? '';
  if (!packages.some((name) => name === field('Package'))) return [];
  return [{ name: field('Package'), version: field('Version'), path: `${archive}/${field('Filename')}`, size: Number(field('Size')), sha256: field('SHA256') }];
}

/** The text that the signature covers, and nothing around it. */
function verified(inRelease: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-debian-'));
  try {
    writeFileSync(join(folder, 'InRelease'), inRelease);
    return execFileSync('gpgv', ['--quiet', '--keyring', keyring, '--output', '-', join(folder, 'InRelease')], { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 24 }).toString();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bytes(url: string): Promise<Buffer> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(120_000) });
  if (!answer.ok) throw new Error(`${url}: status ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

const isNewer = (one: string, other: string): Promise<boolean> =>
  new Promise((resolve) => execFile('dpkg', ['--compare-versions', one, 'gt', other], (error) => resolve(error === null)));

async function newest(architecture: Architecture): Promise<readonly DebianPin[]> {
  const all = (await Promise.all(suites.map(([archive, suite]) => indexOf(archive, suite, architecture)))).flat();
  const found = new Map<string, DebianPin>();
  for (const one of all) {
    const known = found.get(one.name);
    if (known === undefined || (await isNewer(one.version, known.version))) found.set(one.name, one);
  }
  const missing = packages.filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`Debian ${release} has no package ${missing.join(', ')} for ${architecture}`);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const quoted = (value: string | number): string => (typeof value === 'number' ? String(value).replace(/\B(?=(\d{3})+$)/g, '_') : `'${value}'`);
const line = (pinned: DebianPin): string => `    { ${Object.entries(pinned).map(([key, value]) => `${key}: ${quoted(value as string | number)}`).join(', ')} },\n`;
const names = Object.keys(architectures) as readonly Architecture[];
const lists = await Promise.all(names.map(async (name) => `  ${name}: [\n${(await newest(name)).map(line).join('')}  ],\n`));
const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
writeFileSync(join(import.meta.dirname, 'pins.ts'), `// The Debian packages that images are made of; written by refresh.ts, which believes Debian's signature only.
import type { DebianPin } from './debian.ts';
import type { Architecture } from './names.ts';

/** When they were taken. */
export const pinnedAt = '${now}';
export const debianRelease = '13';

export const pins: Readonly<Record<Architecture, readonly DebianPin[]>> = {
${lists.join('')}};
`);
process.stdout.write(`krew/images/pins.ts holds the packages of ${now}\n`);
