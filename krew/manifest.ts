// The manifest by which Krew finds, checks and installs the plugin: https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest
import { archiveName, programName, type Target } from './targets.ts';

/** Also the name of the manifest's file, which Krew requires. */
export const pluginName = 'clrk';

const repository = 'https://github.com/apoxy-dev/clrk';
/** Where a release's archives can be had. */
export const releaseAddress = (version: string): string => `${repository}/releases/download/v${version}`;

export interface Release {
  /** Without the v that Krew puts before it. */
  readonly version: string;
  /** Folder of the archives, an URL without a slash at its end. */
  readonly address: string;
  readonly archives: readonly { readonly target: Target; readonly sha256: string }[];
}

// `kubectl krew search` shows 50 characters.
const short = 'Run LLM agents in sandboxes that hold no keys';

// Without `files` everything in an archive is installed, the licence with it, as Krew recommends.
// Quoted: sixty-four digits would be a number.
const platform = ({ version, address }: Release, target: Target, sha256: string): string => `  - selector:
      matchLabels:
        os: ${target.os}
        arch: ${target.arch}
    uri: ${address}/${archiveName(target, version)}
    sha256: "${sha256}"
    bin: ${programName(target)}
`;

export function krewManifest(release: Release): string {
  return `# Written by \`npm run krew:manifest\` from package.json and the archives of \`npm run package\`.
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: ${pluginName}
spec:
  version: v${release.version}
  homepage: ${repository}
  shortDescription: ${short}
  description: |
    Runs LLM agents on Kubernetes. Each agent lives in a sandbox of its own. Every
    byte that it sends crosses an egress proxy, which applies policy, puts the
    credential in from a Secret, and emits one OpenTelemetry record per call. The
    agent never holds a key.

    Works with the clusters of your kubeconfig, and brings one up on your machine
    where you have none.
  caveats: |
    To complete the plugin's commands where kubectl itself is completed, run once:
      kubectl clrk completion install
  platforms:
${release.archives.map(({ target, sha256 }) => platform(release, target, sha256)).join('')}`;
}
