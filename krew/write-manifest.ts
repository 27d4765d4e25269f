// `npm run krew:manifest [-- --archives DIR --out FILE --address URL]`: writes krew/clrk.yaml from package.json and the packed archives.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { krewManifest, pluginName, releaseAddress } from './manifest.ts';
import { archiveName, checksumsName, targets, type Target } from './targets.ts';

const root = join(import.meta.dirname, '..');

class Mistake extends Error {}

/** What is written into the manifest was hashed here, and is what the packing said. */
function sha256Of(folder: string, target: Target, version: string): string {
  const name = archiveName(target, version);
  const file = join(folder, name);
  if (!existsSync(file)) throw new Mistake(`${file} is missing\nhint: npm run package makes all archives`);
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const listed = readFileSync(join(folder, checksumsName), 'utf8').split('\n').find((line) => line.endsWith(`  ${name}`))?.split(' ', 1)[0];
  if (listed !== sha256) throw new Mistake(`${file} is not the archive that ${checksumsName} speaks of\nhint: npm run package makes both anew`);
  return sha256;
}

function run(): number {
  const { values } = parseArgs({ options: { archives: { type: 'string' }, out: { type: 'string' }, address: { type: 'string' } } });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  const folder = resolve(values.archives ?? join(root, 'dist/package'));
  const out = resolve(values.out ?? join(root, `krew/${pluginName}.yaml`));
  try {
    const archives = targets.map((target) => ({ target, sha256: sha256Of(folder, target, version) }));
    writeFileSync(`${out}.new`, krewManifest({ version, address: values.address ?? releaseAddress(version), archives }));
    renameSync(`${out}.new`, out);
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  }
  process.stdout.write(`${out}\n`);
  return 0;
}

process.exitCode = run();
