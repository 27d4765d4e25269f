// Archives for the tests of Krew: those that `npm run package` left, else small ones of the launcher and the compiled sources.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { archiveName, checksumsName, programName, targets, type Target } from '../../krew/targets.ts';

const root = join(import.meta.dirname, '../../..');
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };

const packed = join(root, 'dist/package');

/** The archive of `npm run package`, where it was run for this platform. */
const packedArchive = (target: Target): string | undefined => [join(packed, archiveName(target, version))].find((file) => existsSync(file) && existsSync(join(packed, checksumsName)));

/** An archive for each platform: the packed one where there is one, else one with the launcher inside. The answer says which are packed. */
export function archivesIn(folder: string): readonly string[] {
  const found = targets.map((target) => {
    const [file, real] = [join(folder, archiveName(target, version)), packedArchive(target)];
    if (real === undefined) small(folder, target, file);
    else copyFileSync(real, file);
    return { target, real };
  });
  const sums = targets.map((target) => `${createHash('sha256').update(readFileSync(join(folder, archiveName(target, version)))).digest('hex')}  ${archiveName(target, version)}\n`);
  writeFileSync(join(folder, checksumsName), sums.join(''));
  return found.flatMap(({ target, real }) => (real === undefined ? [] : [target.name]));
}

/** Krew cannot tell, as long as this machine's runs. Windows has a gzipped tar too, which Krew knows by its bytes. */
function small(folder: string, target: Target, file: string): void {
  const content = join(folder, 'content', target.name);
  mkdirSync(content, { recursive: true });
  copyFileSync(join(root, 'plugin/kubectl-clrk.sh'), join(content, programName(target)));
  chmodSync(join(content, programName(target)), 0o755);
  writeFileSync(join(content, 'package.json'), '{"type":"module"}');
  writeFileSync(join(content, 'plugin.js'), `await import(${JSON.stringify(pathToFileURL(join(root, 'build/plugin/main.js')).href)});\n`);
  copyFileSync(join(root, 'LICENSE'), join(content, 'LICENSE'));
  execFileSync('tar', ['-czf', file, '-C', content, '.']);
}
