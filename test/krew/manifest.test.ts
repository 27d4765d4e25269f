// The manifest keeps Krew's rules, as its own program checks them and as its guides ask for.
import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { krewManifest, pluginName, releaseAddress } from '../../krew/manifest.ts';
import { archiveName, targets } from '../../krew/targets.ts';

interface Platform {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly uri: string;
  readonly sha256: string;
  readonly bin: string;
}
interface Manifest {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly version: string; readonly homepage: string; readonly shortDescription: string; readonly description: string; readonly caveats: string; readonly platforms: readonly Platform[] };
}

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { readonly version: string };
const archives = targets.map((target, at) => ({ target, sha256: String(at).repeat(64) }));
const text = krewManifest({ version, address: releaseAddress(version), archives });
const manifest = parse(text) as Manifest;

test('the name is one word in lower case that begins with no kube', (t) => {
  t.is(manifest.metadata.name, pluginName);
  t.regex(pluginName, /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
  t.notRegex(pluginName, /^kube/);
});

test('the version is that of package.json behind a v', (t) => {
  t.is(manifest.spec.version, `v${version}`);
  t.regex(manifest.spec.version, /^v\d+\.\d+\.\d+(?:-[\w.]+)?$/);
});

test('the short description fits into what `kubectl krew search` shows of it', (t) => {
  const { shortDescription } = manifest.spec;
  t.true(shortDescription.length <= 50, `${shortDescription.length}`);
  t.notRegex(shortDescription, /[\r\n.]|kubectl|plugin/i);
});

test('the description has lines that a terminal shows whole, and lists no commands', (t) => {
  t.deepEqual(manifest.spec.description.split('\n').filter((line) => line.length > 80), []);
  t.notRegex(manifest.spec.description, /kubectl clrk/);
});

test('each platform that is packed is offered once, with its own archive and no way out of it', (t) => {
  t.deepEqual(manifest.spec.platforms.map(({ selector }) => selector.matchLabels), targets.map(({ os, arch }) => ({ os, arch })));
  for (const [at, { uri, sha256, bin, selector }] of manifest.spec.platforms.entries()) {
    const target = targets[at];
    if (target === undefined) return t.fail();
    t.is(uri, `https://github.com/apoxy-dev/clrk/releases/download/v${version}/${archiveName(target, version)}`);
    t.regex(uri, /\.(?:tar\.gz|zip)$/);
    t.is(sha256, String(at).repeat(64));
    // Krew runs nothing but an .exe on Windows.
    t.is(bin, selector.matchLabels['os'] === 'windows' ? 'kubectl-clrk.exe' : 'kubectl-clrk');
  }
});

test('the same release makes the same manifest', (t) => {
  t.is(krewManifest({ version, address: releaseAddress(version), archives }), text);
});
