// Archives for the tests of Krew: those that `npm run package` left, else small ones of the launcher and the compiled sources.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { archiveName, checksumsName, programName, targets } from '../../krew/targets.ts';

const root = join(import.meta.dirname, '../../..');
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };

/** What `npm run package` makes, where it was run for all platforms. */
export function packedArchives(): string | undefined {
  const folder = join(root, 'dist/package');
  return [...targets.map((target) => archiveName(target, version)), checksumsName].every((name) => existsSync(join(folder, name))) ? folder : undefined;
}

/** The same names with the launcher inside: Krew cannot tell, as long as this machine's runs. Windows has a gzipped tar too, which Krew knows by its bytes. */
export function smallArchives(folder: string): string {
  const sums = targets.map((target) => {
    const content = join(folder, 'content', target.name);
    mkdirSync(content, { recursive: true });
    copyFileSync(join(root, 'plugin/kubectl-clrk.sh'), join(content, programName(target)));
    chmodSync(join(content, programName(target)), 0o755);
    writeFileSync(join(content, 'package.json'), '{"type":"module"}');
    writeFileSync(join(content, 'plugin.js'), `await import(${JSON.stringify(pathToFileURL(join(root, 'build/plugin/main.js')).href)});\n`);
    copyFileSync(join(root, 'LICENSE'), join(content, 'LICENSE'));
    const name = archiveName(target, version);
    execFileSync('tar', ['-czf', join(folder, name), '-C', content, '.']);
    return `${createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')}  ${name}\n`;
  });
  writeFileSync(join(folder, checksumsName), sums.join(''));
  return folder;
}
