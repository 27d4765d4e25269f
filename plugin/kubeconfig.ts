// Which kubeconfig a command uses: --kubeconfig, then --local, then $KUBECONFIG, then ~/.kube/config.
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { openDoor } from './dev/door.ts';
import { UserError } from './exit.ts';

export interface KubeconfigChoice {
  readonly kubeconfig?: string | undefined;
  readonly local: boolean;
  readonly clrkDir: string;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
}

/** Below the state folder: what a running dev session leaves for the host. */
export const localKubeconfig = (clrkDir: string): string => join(clrkDir, 'kubeconfig.host');

/** The value of $KUBECONFIG that leads to the chosen files; undefined leaves it to the account of the pod we run in. */
export function kubeconfigFiles(choice: KubeconfigChoice, around: Surroundings): string | undefined {
  if (choice.kubeconfig !== undefined) return named(resolvePath(choice.kubeconfig, around));
  if (choice.local) return local(choice.clrkDir);
  const listed = (around.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '').map((file) => resolvePath(file, around));
  // As kubectl: files of the list that are missing are passed over, as long as one is there.
  const files = (listed.length > 0 ? listed : [join(around.home, '.kube/config')]).filter((file) => existsSync(file));
  if (files.length > 0) return files.join(delimiter);
  if (listed.length === 0 && around.env['KUBERNETES_SERVICE_HOST']) return undefined;
  throw nowhere(listed, choice.clrkDir);
}

function named(file: string): string {
  if (!existsSync(file)) throw new UserError(`there is no kubeconfig ${file}`, ['check the path given to --kubeconfig']);
  return file;
}

function local(clrkDir: string): string {
  // A session in a cluster that was there has its copy of the context; what an earlier one wrote for its own cluster leads nowhere meanwhile.
  const door = openDoor(clrkDir);
  if (door) return door.kubeconfig;
  const file = localKubeconfig(clrkDir);
  if (existsSync(file)) return file;
  throw new UserError(`no dev session has written ${file}`, [
    'start one with `kubectl clrk dev`',
    'a session with another --clrk-dir: pass the same one here, or its kubeconfig.host with --kubeconfig',
  ]);
}

function nowhere(listed: readonly string[], clrkDir: string): UserError {
  const looked = listed.length > 0 ? `$KUBECONFIG names ${listed.join(', ')}, which ${listed.length > 1 ? 'do' : 'does'} not exist` : 'no kubeconfig: neither $KUBECONFIG nor ~/.kube/config';
  const session = existsSync(localKubeconfig(clrkDir)) ? 'a dev session is there: add --local' : 'or start a cluster here with `kubectl clrk dev`, then add --local';
  return new UserError(looked, ['name one with --kubeconfig FILE or $KUBECONFIG', session]);
}

/** A path as the person wrote it, from their folder; `~` is theirs too where no shell has replaced it (`--flag=~/x`). */
export function resolvePath(path: string, around: Pick<Surroundings, 'home' | 'cwd'>): string {
  if (path === '~' || path.startsWith('~/')) return join(around.home, path.slice(1));
  return isAbsolute(path) ? path : join(around.cwd, path);
}
