// Krew itself, built from its pinned module, takes the manifest: it checks, installs, upgrades and uninstalls the plugin.
import test, { type ExecutionContext } from 'ava';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveName, targets } from '../../krew/targets.ts';
import { archivesIn, version } from './archives.ts';
import { openKrew, serve, type Krew } from './rig.ts';

const generator = join(import.meta.dirname, '../../../krew/write-manifest.ts');
const here = targets.find(({ os, arch }) => os === process.platform && arch === (process.arch === 'x64' ? 'amd64' : process.arch));

interface Released extends Krew {
  readonly archives: string;
  readonly manifest: string;
  /** The archive for this machine. */
  readonly archive: string;
}

async function released(t: ExecutionContext): Promise<Released | undefined> {
  const krew = openKrew(t);
  if (krew === undefined || here === undefined) {
    t.log('Krew or kubectl is not built here: npm run kubernetes:assets');
    t.pass();
    return undefined;
  }
  const archives = join(krew.folder, 'archives');
  mkdirSync(archives);
  t.log(`of npm run package: ${archivesIn(archives).join(', ') || 'none, so that all archives hold the launcher'}`);
  const manifest = join(krew.folder, 'clrk.yaml');
  const written = await krew.run(`node ${generator} --archives ${archives} --out ${manifest} --address ${await serve(t, archives)}`);
  t.deepEqual(written, { stdout: `${manifest}\n`, stderr: written.stderr, code: 0 });
  return { ...krew, archives, manifest, archive: join(archives, archiveName(here, version)) };
}

test('its own checker finds nothing wrong, and installs every platform with its licence', async (t) => {
  const krew = await released(t);
  if (krew === undefined) return;
  const { stderr, code } = await krew.run(`validate-krew-manifest -manifest ${krew.manifest}`);
  t.is(code, 0, stderr);
  t.regex(stderr, new RegExp(`all ${targets.length} spec.platforms installed fine`));
});

test('it installs from the manifest and the archive, kubectl runs the plugin, and nothing is left after it', async (t) => {
  const krew = await released(t);
  if (krew === undefined) return;
  const installed = await krew.run(`kubectl krew install --manifest ${krew.manifest} --archive ${krew.archive}`);
  t.is(installed.code, 0, installed.stderr);
  t.regex(installed.stderr, /Installed plugin: clrk[^]*kubectl clrk completion install/);
  const link = join(krew.root, 'bin/kubectl-clrk');
  t.true(lstatSync(link).isSymbolicLink());
  const program = realpathSync(link);
  t.is(program, join(realpathSync(krew.root), `store/clrk/v${version}/kubectl-clrk`));
  t.is(statSync(program).mode & 0o111, 0o111);
  t.true(existsSync(join(program, '../LICENSE')));
  t.deepEqual(await krew.run('kubectl clrk version --client'), { stdout: `Client Version: v${version}\n`, stderr: '', code: 0 });
  t.true(readFileSync(join(krew.root, 'receipts/clrk.yaml'), 'utf8').includes(`version: v${version}`));
  t.regex((await krew.run(`kubectl krew install --manifest ${krew.manifest} --archive ${krew.archive}`)).stderr, /already installed/);

  const completed = await krew.run("kubectl clrk completion install && kubectl __complete clrk version --cli");
  t.is(completed.stdout.split('\n')[0], `${join(krew.root, 'bin/kubectl_complete-clrk')} created`);
  t.regex(completed.stdout, /^--client\t/m);

  // Krew does not uninstall anything without an index, whichever.
  const ended = await krew.run(`git init -q -b main ${krew.folder}/index && cd ${krew.folder}/index && git -c user.name=t -c user.email=t@localhost commit -qm none --allow-empty && mkdir plugins && kubectl krew index add own $PWD && kubectl clrk completion install --remove && kubectl krew uninstall clrk`);
  t.is(ended.code, 0, ended.stderr);
  t.deepEqual(readdirSync(join(krew.root, 'bin')), []);
  t.deepEqual(readdirSync(join(krew.root, 'store')), []);
  t.deepEqual(readdirSync(join(krew.root, 'receipts')), []);
  t.not((await krew.run('kubectl clrk version --client')).code, 0);
});

test('it upgrades from an index of its own, and completion goes on', async (t) => {
  const krew = await released(t);
  if (krew === undefined) return;
  const index = join(krew.folder, 'index');
  mkdirSync(join(index, 'plugins'), { recursive: true });
  const publish = async (text: string): Promise<void> => {
    writeFileSync(join(index, 'plugins/clrk.yaml'), text);
    const { code, stderr } = await krew.run(`cd ${index} && git add -A && git -c user.name=t -c user.email=t@localhost commit -qm release`);
    t.is(code, 0, stderr);
  };
  const first = readFileSync(krew.manifest, 'utf8');
  t.is((await krew.run(`git init -q -b main ${index}`)).code, 0);
  await publish(first);
  const installed = await krew.run(`kubectl krew index add own ${index} && kubectl krew install own/clrk && kubectl clrk completion install`);
  t.is(installed.code, 0, installed.stderr);
  t.regex((await krew.run('kubectl krew search clrk')).stdout, /own\/clrk +Run LLM agents/);
  t.regex((await krew.run('kubectl krew list')).stdout, /^own\/clrk$/m);

  await publish(first.replace(`version: v${version}`, 'version: v99.0.0'));
  const upgraded = await krew.run('kubectl krew update && kubectl krew upgrade clrk');
  t.is(upgraded.code, 0, upgraded.stderr);
  t.deepEqual(readdirSync(join(krew.root, 'store/clrk')), ['v99.0.0']);
  t.deepEqual(await krew.run('kubectl clrk version --client'), { stdout: `Client Version: v${version}\n`, stderr: '', code: 0 });
  t.regex((await krew.run('kubectl __complete clrk version --cli')).stdout, /^--client\t/m);

  t.is((await krew.run('kubectl krew uninstall clrk')).code, 0);
  // Krew knows nothing of it; it keeps silent from now on.
  t.deepEqual(readdirSync(join(krew.root, 'bin')), ['kubectl_complete-clrk']);
  t.deepEqual(await krew.run('kubectl_complete-clrk version'), { stdout: '', stderr: '', code: 0 });
});

test('an archive that is not the one of the manifest is not installed', async (t) => {
  const krew = await released(t);
  if (krew === undefined) return;
  writeFileSync(join(krew.folder, 'other.tar.gz'), Buffer.concat([readFileSync(krew.archive), Buffer.from('x')]));
  const refused = await krew.run(`kubectl krew install --manifest ${krew.manifest} --archive ${krew.folder}/other.tar.gz`);
  t.not(refused.code, 0);
  t.regex(refused.stderr, /checksum does not match/);
  t.false(existsSync(join(krew.root, 'bin/kubectl-clrk')));
});

test('the manifest is not written where an archive is missing, or is another than was packed', async (t) => {
  const krew = await released(t);
  if (krew === undefined) return;
  const own = join(krew.folder, 'own');
  mkdirSync(own);
  const write = (): ReturnType<Krew['run']> => krew.run(`node ${generator} --archives ${own} --out ${krew.folder}/none.yaml`);
  const missing = await write();
  t.is(missing.code, 1);
  t.regex(missing.stderr, /^error: .* is missing\nhint: npm run package/m);
  archivesIn(own);
  writeFileSync(join(own, archiveName(here ?? targets[0] ?? t.fail() as never, version)), 'something else');
  const changed = await write();
  t.is(changed.code, 1);
  t.regex(changed.stderr, /is not the archive that checksums.txt speaks of\nhint: /);
  t.false(existsSync(join(krew.folder, 'none.yaml')));
});
