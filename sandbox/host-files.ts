// An image made of the host's own programs: /usr and what belongs to it, read-only, under an /etc of its own; nothing else of the host.
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ordinaryUser, type Bind, type Root } from './root.ts';
import { authorityFile } from './trust.ts';

const programs = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

const etc: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nagent:x:1000:1000:agent:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
  'etc/group': 'root:x:0:\nagent:x:1000:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n',
  'etc/hosts': '',
  'etc/hostname': '',
  'etc/resolv.conf': '',
  [authorityFile.slice(1)]: '',
};

/** Makes the skeleton below `directory`, new each time: the host's programs may have been updated since. */
export function hostRoot(directory: string): Root {
  rmSync(directory, { recursive: true, force: true });
  for (const folder of ['usr', 'proc', 'dev', 'sys', 'tmp', 'run', 'etc/alternatives']) mkdirSync(join(directory, folder), { recursive: true });
  for (const [name, text] of Object.entries(etc)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const binds: Bind[] = [{ source: '/usr', target: '/usr' }];
  for (const name of programs.filter((p) => existsSync(p))) {
    if (lstatSync(name).isSymbolicLink()) symlinkSync(readlinkSync(name), join(directory, name));
    else {
      mkdirSync(join(directory, name));
      binds.push({ source: name, target: name });
    }
  }
  copyAlternatives(directory);
  return { root: directory, binds, entrypoint: [], cmd: [], env: {}, workdir: '/', user: ordinaryUser, bundles: [authorityFile] };
}

/** Debian's /usr/bin/awk and others are links into /etc/alternatives: the links are repeated, no file of the host's /etc is shown. */
function copyAlternatives(directory: string): void {
  const folder = '/etc/alternatives';
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const target = readlinkSync(join(folder, entry.name));
    if (target.startsWith('/usr/')) symlinkSync(target, join(directory, folder, entry.name));
  }
}
