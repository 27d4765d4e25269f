// What the image build writes is called: one archive for each image and architecture, and the layout that holds them all.
import { archiveFile, imageNames, type ImageName } from '../../operator/install/names.ts';
import { version } from '../../proxy/telemetry/version.ts';

export const images = Object.keys(imageNames) as readonly ImageName[];

/** As OCI and Debian call them, as Node calls them, and what Debian's folder of libraries is called. */
export const architectures = {
  amd64: { node: 'x64', triplet: 'x86_64-linux-gnu' },
  arm64: { node: 'arm64', triplet: 'aarch64-linux-gnu' },
} as const;
export type Architecture = keyof typeof architectures;

/** What `docker load`, `ctr images import` and k3s's folder of images take. */
export const archiveName = (name: ImageName, architecture: Architecture, tag: string = version): string => archiveFile(name, architecture, tag);
export const sbomName = (name: ImageName, architecture: Architecture, tag: string = version): string => `${imageNames[name]}-${tag}-${architecture}.cdx.json`;
export const layoutFolder = 'oci';
