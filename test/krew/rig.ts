// A real Krew with a root of its own, a kubectl beside it, and nothing to reach but this machine.
import type { ExecutionContext } from 'ava';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { wantedAsset } from '../kubernetes/assets.ts';
import { finish, start, type Ended } from '../support/installed.ts';

export interface Krew {
  readonly folder: string;
  /** KREW_ROOT. */
  readonly root: string;
  run(line: string, env?: Readonly<Record<string, string>>): Promise<Ended>;
}

/** Undefined where Krew or kubectl is missing and nobody insists. */
export function openKrew(t: ExecutionContext): Krew | undefined {
  const [krew, validate, kubectl] = [wantedAsset('krew'), wantedAsset('validate-krew-manifest'), wantedAsset('kubectl')];
  if (krew === undefined || validate === undefined || kubectl === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'clrk-krew-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const [programs, root] = [join(folder, 'programs'), join(folder, 'root')];
  mkdirSync(programs);
  for (const [name, file] of [['kubectl-krew', krew], ['validate-krew-manifest', validate], ['kubectl', kubectl]] as const) symlinkSync(file, join(programs, name));
  const path = [join(root, 'bin'), programs, dirname(process.execPath), '/usr/bin', '/bin'].join(':');
  // Whatever would leave this machine is sent to a port on which nobody listens.
  const nowhere = { HTTP_PROXY: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
  const env = { PATH: path, HOME: folder, KREW_ROOT: root, TMPDIR: folder, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...nowhere };
  return { folder, root, run: (line, more = {}) => finish(start({ folder, home: folder, env: { ...env, ...more } }, line)) };
}

/** The address under which the files of a folder are served. */
export async function serve(t: ExecutionContext, folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const file = join(folder, basename(request.url ?? ''));
    if (existsSync(file)) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  t.teardown(() => { server.closeAllConnections(); server.close(); });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { readonly port: number }).port}`;
}
