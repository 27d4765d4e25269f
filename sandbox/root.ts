// The file system of one sandbox before a runtime mounts it: a root directory, and read-only files and folders bound over it.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Bind {
  readonly source: string;
  readonly target: string;
}

/** What an image gives: every target of a bind exists below `root`, because nothing can be made in a read-only tree. */
export interface Root {
  readonly root: string;
  readonly binds: readonly Bind[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user: { readonly uid: number; readonly gid: number };
  /** Where the CA is to be put: the true places of trust.ts's files in this image. */
  readonly bundles: readonly string[];
}

/** Who a process is in a sandbox whose image names nobody: not root. */
export const ordinaryUser = { uid: 1000, gid: 1000 } as const;

export interface Identity {
  readonly hostName: string;
  /** PEM of the gateway's CA; without one there is no network to trust. */
  readonly authority?: string;
}

/** Files of its own that every sandbox gets, written below `directory`. */
export function ownFiles(directory: string, identity: Identity, bundles: readonly string[]): readonly Bind[] {
  const certificates = identity.authority === undefined ? [] : bundles;
  const contents: [string, string][] = [
    ['/etc/hostname', `${identity.hostName}\n`],
    ['/etc/hosts', `127.0.0.1 localhost ${identity.hostName}\n`],
    // The name server is the proxy's, inside the sandbox's own network; without egress nobody answers there.
    ['/etc/resolv.conf', 'nameserver 127.0.0.1\noptions timeout:2 attempts:2\n'],
    ...certificates.map((target): [string, string] => [target, identity.authority ?? '']),
  ];
  mkdirSync(directory, { recursive: true });
  return contents.map(([target, text]) => {
    const source = join(directory, target.slice(1).replaceAll('/', '_'));
    writeFileSync(source, text);
    chmodSync(source, 0o444);
    return { source, target };
  });
}
