// `npm run kubernetes:assets`: builds what is missing of a real control plane, of a node, and of Krew, from the pinned Go modules.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, findAsset, moduleFolder } from './assets.ts';
import { kubernetesVersion, programNames, programs, type ModuleName, type ProgramName } from './programs.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function goPresent(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

/** Without the version the server would call itself v0.0.0-master, and kubectl would warn of it. Krew without one does not ask the network for a newer one. */
function linkerFlags(module: ModuleName): string {
  if (module === 'krew' || module === 'node/coredns') return '-s -w';
  const [, minor] = kubernetesVersion.split('.');
  const places = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const values = [`gitVersion=${kubernetesVersion}`, 'gitMajor=1', `gitMinor=${minor}`, 'gitTreeState=clean'];
  return ['-s', '-w', ...places.flatMap((place) => values.map((value) => `-X ${place}.${value}`))].join(' ');
}

/** Built aside and moved into place whole: an interrupted build leaves nothing that looks finished. */
function make(name: ProgramName, folder: string): string {
  const { module, goPackage } = programs[name];
  const aside = mkdtempSync(join(folder, '.building-'));
  try {
    const { status } = spawnSync('go', ['build', '-mod=readonly', '-trimpath', '-ldflags', linkerFlags(module), '-o', join(aside, name), goPackage], {
      cwd: moduleFolder(module), stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
    });
    if (status !== 0) throw new Error(`go could not build ${name}; its own words are above`);
    renameSync(join(aside, name), join(folder, name));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return join(folder, name);
}

function run(): number {
  for (const name of programNames) {
    const found = findAsset(name);
    if (found) {
      say(`${name}: ${found}`);
      continue;
    }
    if (!goPresent()) {
      say(`error: ${name} is missing, and there is no Go to build it with\nhint: install Go 1.25 or newer, or set ${programs[name].variable} or KUBEBUILDER_ASSETS`);
      return 1;
    }
    const folder = cacheFolder(programs[name].module);
    mkdirSync(folder, { recursive: true });
    say(`${name}: building ${programs[name].goPackage}, some minutes the first time`);
    say(`${name}: ${make(name, folder)}`);
  }
  return 0;
}

process.exitCode = run();
