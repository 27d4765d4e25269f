// What `npm run package` writes, held to what Krew, macOS, scanners and the licences of others ask for.
import test from 'ava';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { promisify } from 'node:util';
import { root, version } from '../../krew/checkout.ts';
import { debianPackage } from '../../krew/images/debian.ts';
import { stripped } from '../../krew/images/elf.ts';
import { pinnedAt, pins } from '../../krew/images/pins.ts';
import { packageFile } from '../../krew/npm-package.ts';
import { withoutInnerNames } from '../../krew/packaging/elf-names.ts';
import { readMachO } from '../../krew/packaging/mach-o.ts';
import { release } from '../../krew/packaging/release.ts';
import { signed } from '../../krew/packaging/sign-mach-o.ts';
import { zip } from '../../krew/packaging/zip.ts';
import { archiveName, billName, checksumsName, nodeVersion, targets } from '../../krew/targets.ts';
import { executableIn, packaged, target } from '../support/executable.ts';

const run = promisify(execFile);
const cache = join(homedir(), '.cache', 'clrk', 'packages');
const made = ['linux-x64', 'linux-arm64'];
let out = '';
let tidy = (): void => undefined;

test.before(async (t) => {
  t.timeout(300_000);
  const { folder, remove } = await packaged(made);
  [out, tidy] = [folder, remove];
});
test.after.always(() => tidy());

function scratch(t: { teardown(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-packaging-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test.serial('each archive has the executable, the licence and the licences of others at its top, and at most 40 MB', async (t) => {
  for (const name of made) {
    const file = join(out, archiveName(target(name), version));
    const { stdout } = await run('tar', ['-tvzf', file]);
    t.deepEqual(stdout.trim().split('\n').map((line) => [line.slice(0, 10), line.split(' ').at(-1)]), [['-rw-r--r--', 'LICENSE'], ['-rw-r--r--', 'NOTICES'], ['-rwxr-xr-x', 'kubectl-clrk']]);
    t.true(statSync(file).size <= 40_000_000, name);
  }
});

test.serial('the check sums hold for all that is uploaded', async (t) => {
  const { stdout } = await run('sha256sum', ['--check', '--strict', checksumsName], { cwd: out });
  t.deepEqual(stdout.trim().split('\n'), [billName, ...made.map((name) => archiveName(target(name), version))].toSorted().map((name) => `${name}: OK`));
});

interface Component {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly 'bom-ref': string;
  readonly licenses: readonly unknown[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

test.serial('the bill of materials is CycloneDX 1.6 and names what is bundled in the version of the lock file, and nothing that only builds', async (t) => {
  const bill = JSON.parse(readFileSync(join(out, billName), 'utf8')) as { readonly [key: string]: unknown; readonly components: readonly Component[]; readonly dependencies: readonly { readonly ref: string }[] };
  t.like(bill, { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
  t.regex(String(bill['serialNumber']), /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { readonly packages: Readonly<Record<string, { readonly version?: string }>> };
  const locked = new Set(Object.entries(packages).map(([path, { version: pinned }]) => `${path.replace(/^.*node_modules\//, '')}@${pinned}`));
  for (const { name, version: bundled, purl, licenses, 'bom-ref': reference } of bill.components) {
    t.true(locked.has(`${name}@${bundled}`), name);
    t.is(purl, `pkg:npm/${name.replace('@', '%40')}@${bundled}`);
    t.is(reference, purl);
    t.is(licenses.length, 1);
  }
  t.is(new Set(bill.dependencies.map(({ ref }) => ref)).size, bill.components.length + 1);
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  const named = new Set(bill.components.map(({ name }) => name));
  t.deepEqual(Object.keys(dependencies ?? {}).filter((name) => !named.has(name)), []);
  t.deepEqual(Object.keys(devDependencies ?? {}).filter((name) => named.has(name)), []);
  t.true(made.filter((name) => name.startsWith('linux-')).every((name) => named.has(`@koromix/koffi-${name}`)), 'machine code that is inside is named');
  const nodes = bill.components.filter(({ type }) => type === 'platform');
  t.deepEqual(nodes.map(({ name, hashes }) => [name, hashes]), made.map((name) => [target(name).node.package, [{ alg: 'SHA-256', content: target(name).node.sha256 }]]));
  const { stdout: notices } = await run('tar', ['-xzOf', join(out, archiveName(target('linux-x64'), version)), 'NOTICES'], { maxBuffer: 8 << 20 });
  // Each archive tells of its own machine code.
  for (const { name, version: bundled, type } of bill.components) if (type === 'library' && name !== '@koromix/koffi-linux-arm64') t.true(notices.includes(`\n${name} ${bundled} (`), `${name} is missing in NOTICES`);
  t.true(notices.includes(`\nNode.js ${nodeVersion}\n`));
});

test.serial('made again in another folder, the executable has the same bytes', async (t) => {
  t.timeout(120_000);
  const { made: again } = await release([target('linux-x64')], scratch(t));
  for await (const { file } of again) t.is(digest(readFileSync(file)), digest(readFileSync(executableIn(out, 'linux-x64'))));
});

test.serial('the one for arm64 tells its version', async (t) => {
  const emulator = '/usr/bin/qemu-aarch64-static';
  const bytes = readFileSync(executableIn(out, 'linux-arm64'));
  t.deepEqual([bytes.readUInt32BE(0), bytes.readUInt16LE(18)], [0x7f454c46, 0xb7]);
  if (!existsSync(emulator)) return t.log('not run: qemu-user-static is not installed');
  const system = scratch(t);
  mkdirSync(join(system, 'usr/lib'), { recursive: true });
  symlinkSync('usr/lib', join(system, 'lib'));
  for (const pin of pins.arm64.filter(({ name }) => ['libc6', 'libgcc-s1', 'libstdc++6'].includes(name))) {
    const { files } = await debianPackage(pin, pinnedAt, join(homedir(), '.cache', 'clrk', 'images', 'debian'));
    for (const [path, entry] of files) {
      if (!path.startsWith('usr/lib/') || entry.kind === 'folder') continue;
      mkdirSync(dirname(join(system, path)), { recursive: true });
      if (entry.kind === 'file') writeFileSync(join(system, path), entry.bytes, { mode: 0o755 });
      else symlinkSync(entry.target, join(system, path));
    }
  }
  const { stdout } = await run(emulator, ['-L', system, executableIn(out, 'linux-arm64'), 'version', '--client'], { env: { HOME: system, PATH: '' } });
  return t.is(stdout, `Client Version: v${version}\n`);
});

test.serial('Node without the names that nobody asks for still runs koffi, and still knows every language', async (t) => {
  const node = join(scratch(t), 'node');
  writeFileSync(node, stripped(withoutInnerNames(readFileSync(process.execPath))), { mode: 0o755 });
  const program = `const koffi = require('koffi'); console.log(koffi.load(null).func('int getpid()')() === process.pid, new Intl.DateTimeFormat('de', { month: 'long', timeZone: 'UTC' }).format(0))`;
  const { stdout } = await run(node, ['-e', program], { cwd: root, env: { LD_BIND_NOW: '1' } });
  t.is(stdout, 'true Januar\n');
});

test.serial('a signature for macOS is the one that the linker of Go makes, page by page', async (t) => {
  const original = await packageFile(root, cache, '@esbuild/darwin-arm64', 'bin/esbuild');
  const { signature } = readMachO(original);
  const start = signature?.offset ?? 0;
  const identifier = original.toString('latin1', start + 20 + 88, original.indexOf(0, start + 20 + 88));
  const ours = signed(original, identifier);
  t.is(ours.length, original.length);
  t.is(readMachO(ours).signature?.offset, start);
  // Go rounds the last segment up to another page: two bytes of the header, and the hash of the page that it is on.
  const firstHash = start + 20 + 88 + identifier.length + 1;
  t.true(ours.subarray(4096, firstHash).equals(original.subarray(4096, firstHash)));
  t.true(ours.subarray(firstHash + 32).equals(original.subarray(firstHash + 32)));
  const pages = Math.ceil(start / 4096);
  for (let page = 0; page < pages; page++) {
    const hash = createHash('sha256').update(ours.subarray(page * 4096, Math.min((page + 1) * 4096, start))).digest();
    if (!hash.equals(ours.subarray(firstHash + page * 32, firstHash + page * 32 + 32))) t.fail(`page ${page} has another hash`);
  }
  t.true(signed(ours, identifier).equals(ours), 'signed again, nothing changes');
  t.throws(() => signed(Buffer.from('MZ and something else, long enough to be read'), 'x'), { message: /no 64-bit executable of macOS/ });
});

test.serial('a zip is read by unzip as it was written, modes and all', async (t) => {
  const folder = scratch(t);
  const bytes = Buffer.from('content '.repeat(1000));
  writeFileSync(join(folder, 'a.zip'), zip([{ name: 'kubectl-clrk.exe', mode: 0o755, bytes, packed: deflateRawSync(bytes) }, { name: 'LICENSE', mode: 0o644, bytes, packed: deflateRawSync(bytes) }]));
  await run('unzip', ['-tq', 'a.zip'], { cwd: folder });
  await run('unzip', ['-q', 'a.zip', '-d', 'out'], { cwd: folder });
  t.deepEqual(readdirSync(join(folder, 'out')).toSorted(), ['LICENSE', 'kubectl-clrk.exe']);
  t.true(readFileSync(join(folder, 'out', 'kubectl-clrk.exe')).equals(bytes));
  t.is(statSync(join(folder, 'out', 'kubectl-clrk.exe')).mode & 0o777, 0o755);
});

test.serial('each target is named once, and an unknown one is refused with the list', async (t) => {
  t.is(new Set(targets.map((one) => archiveName(one, version))).size, targets.length);
  const error = await t.throwsAsync(run(process.execPath, ['krew/package.ts', '--target', 'amiga', '--out', scratch(t)], { cwd: root }));
  t.regex((error as Error & { readonly stderr: string }).stderr, /^error: there is no target amiga: linux-x64, linux-arm64, macos-x64, macos-arm64, win-x64\n$/);
});

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
