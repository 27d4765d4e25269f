// Makes the layers of an image out of Debian's packages, Node and our bundles: what every image has first, so that all share it.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { posix } from 'node:path';
import { users } from '../../operator/install/names.ts';
import { sbomPath, type Contents } from './contents.ts';
import type { DebianPackage } from './debian.ts';
import { isElf, libraries, stripped } from './elf.ts';
import { architectures, type Architecture } from './names.ts';
import { file, folder, link, program, tree, type Entry, type Tree } from './tree.ts';

export interface Parts {
  readonly architecture: Architecture;
  readonly debian: readonly DebianPackage[];
  /** The executable and its licence, as the npm registry has them. */
  readonly node: { readonly executable: Buffer; readonly license: Buffer };
  readonly koffi: Buffer;
  readonly license: Buffer;
  /** Folder of the bundles. */
  readonly bundles: string;
}

export interface Papers {
  /** The bill of materials. */
  readonly materials: Buffer;
  /** The licences of what is in the bundles. */
  readonly notices: Buffer;
}

type Files = readonly (readonly [string, Entry])[];

const nodePath = 'usr/local/bin/node';
const skeleton: Files = [
  ['bin', link('usr/bin')], ['sbin', link('usr/sbin')], ['lib', link('usr/lib')], ['var/run', link('/run')],
  ...['dev', 'proc', 'sys', 'run', 'usr/bin', 'usr/sbin'].map((path) => [path, folder()] as const),
  ['etc/passwd', file(`root:x:0:0:root:/:/usr/sbin/nologin\n${account('clrk-worker', users.worker, users.group)}${account('clrk-proxy', users.proxy, users.group)}${account('clrk-operator', users.operator, users.operator)}`)],
  ['etc/group', file(`root:x:0:\nclrk:x:${users.group}:\nclrk-operator:x:${users.operator}:\n`)],
  ['etc/nsswitch.conf', file('passwd: files\ngroup: files\nhosts: files dns\n')],
];

function account(name: string, uid: number, gid: number): string {
  return `${name}:x:${uid}:${gid}:${name}:/:/usr/sbin/nologin\n`;
}

/** Bottom first. The third is there only where the process starts other programs. */
export function layers(parts: Parts, contents: Contents, papers: Papers): readonly Tree[] {
  const node = stripped(parts.node.executable);
  const system = tree([...skeleton, ...loaded(parts, [node]), ...aboutDebian(parts.debian)]);
  const runtime = tree([[nodePath, program(node)], ['usr/share/doc/node/LICENSE', file(parts.node.license)]]);
  const programs = programFiles(parts, contents).filter(([path]) => !system.has(path));
  return [system, runtime, ...(programs.length > 0 ? [tree(programs)] : []), ours(parts, contents, papers)];
}

/** Names of the Debian packages of which something is in the image. */
export function usedPackages(parts: Parts, contents: Contents): readonly DebianPackage[] {
  const taken = [...loaded(parts, [parts.node.executable]), ...programFiles(parts, contents)].map(([path]) => path);
  return parts.debian.filter(({ pin, files }) => pin.name === 'base-files' || taken.some((path) => files.get(path) !== undefined));
}

function ours(parts: Parts, contents: Contents, { materials, notices }: Papers): Tree {
  const found = contents.bundles.flatMap((pattern) => globSync(pattern, { cwd: parts.bundles })).toSorted();
  if (!found.includes(contents.process)) throw new Error(`${join(parts.bundles, contents.process)} is not there\nhint: run 'npm run build' first`);
  const owner = { uid: contents.user, gid: contents.group };
  return tree([
    ...found.map((name) => [`clrk/${name}`, file(readFileSync(join(parts.bundles, name)))] as const),
    ['clrk/koffi.node', file(parts.koffi)],
    ['clrk/LICENSE', file(parts.license)],
    ['clrk/NOTICES', file(notices)],
    [sbomPath, file(materials)],
    ...contents.mountPoints.map((path) => [path.slice(1), folder()] as const),
    ...contents.folders.map((path) => [path.slice(1), folder(owner, 0o700)] as const),
  ]);
}

function programFiles(parts: Parts, contents: Contents): Files {
  const found: (readonly [string, Entry])[] = [];
  for (const [path, name] of Object.entries(contents.programs)) {
    const from = parts.debian.find(({ pin }) => pin.name === name);
    if (from === undefined) throw new Error(`${path}: the Debian package ${name} is not pinned`);
    found.push(...withTarget(path, (at) => from.files.get(at)), ...papers(from, parts.debian));
  }
  const bytes = found.flatMap(([path, entry]) => (entry.kind === 'file' && path in contents.programs && isElf(entry.bytes) ? [entry.bytes] : []));
  const linked = found.flatMap(([path, entry]) => (entry.kind === 'file' && !(path in contents.programs) && isElf(entry.bytes) ? [entry.bytes] : []));
  return [...found, ...loaded(parts, [...bytes, ...linked])];
}

/** The libraries that these executables ask for, those that the libraries ask for, and the papers of the packages they come from. */
function loaded(parts: Parts, executables: readonly Buffer[]): Files {
  const { triplet } = architectures[parts.architecture];
  const found = new Map<string, Entry>();
  const open = executables.flatMap(libraries);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    // The loader is asked for by its path below a link that the packages do not know: /lib64 is /usr/lib64.
    const path = name.startsWith('/') ? `usr${name}` : `usr/lib/${triplet}/${name}`;
    if (found.has(path)) continue;
    const from = parts.debian.find(({ files }) => files.has(path));
    if (from === undefined) throw new Error(`no pinned Debian package has the library ${name}`);
    for (const [at, entry] of [...withTarget(path, (one) => from.files.get(one)), ...papers(from, parts.debian)]) {
      found.set(at, entry);
      if (entry.kind === 'file' && isElf(entry.bytes)) open.push(...libraries(entry.bytes));
    }
    if (path.startsWith('usr/lib64/')) found.set('lib64', link('usr/lib64'));
  }
  return [...found];
}

/** A path, and where it leads if it is a link. */
function withTarget(path: string, at: (path: string) => Entry | undefined): Files {
  const entry = at(path);
  if (entry === undefined) throw new Error(`the pinned Debian package has no ${path}`);
  if (entry.kind !== 'link') return [[path, entry]];
  return [[path, entry], ...withTarget(posix.join(posix.dirname(path), entry.target), at)];
}

/** Licence and facts of a package, where lawyers and scanners look. The folder of some is a link to that of another. */
function papers({ pin, control, files }: DebianPackage, all: readonly DebianPackage[]): Files {
  const home = files.get(`usr/share/doc/${pin.name}`);
  const copyright = home?.kind === 'link' ? all.flatMap((other) => other.files.get(`usr/share/doc/${basename(home.target)}/copyright`) ?? [])[0] : files.get(`usr/share/doc/${pin.name}/copyright`);
  if (copyright === undefined) throw new Error(`the Debian package ${pin.name} has no copyright file`);
  return [[`usr/share/doc/${pin.name}/copyright`, copyright], [`var/lib/dpkg/status.d/${pin.name}`, file(control)]];
}

/** Which Debian this is, and the licences that its copyright files point to. */
function aboutDebian(all: readonly DebianPackage[]): Files {
  const from = all.find(({ pin }) => pin.name === 'base-files');
  if (from === undefined) throw new Error('the Debian package base-files is not pinned');
  const wanted = [...from.files].filter(([path]) => path.startsWith('usr/share/common-licenses/') || /^(usr\/lib\/os-release|etc\/os-release|etc\/debian_version)$/.test(path));
  return [...wanted, ...papers(from, all)];
}
