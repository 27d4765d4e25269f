// Compiles ahead what the frequent commands run, the same bytes each time.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { apiVersion } from '../../operator/api/group.ts';
import { kinds } from '../../operator/api/kinds.ts';

const run = promisify(execFile);

/** What an API server with one agent says. */
function answer(url: string): { readonly code: number; readonly body: unknown } {
  const [, plural = '', name] = /\/([a-z]+)(?:\/(echo-bot))?(?:\?.*)?$/.exec(url) ?? [];
  const found = kinds.find((kind) => kind.plural === plural);
  if (found === undefined) return { code: 404, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, message: 'not found' } };
  const metadata = { name: 'echo-bot', namespace: 'default', uid: '4ffa5b4c-0000-4000-8000-000000000000', resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
  const object = {
    apiVersion, kind: found.kind, metadata,
    spec: { workerPoolRef: 'default', restartPolicy: 'Always', egressRefs: [{ gatewayRef: 'echo-bot' }], template: { spec: { image: 'example.com/echo-bot:1', command: ['sh'], args: [] } } },
    status: { conditions: [{ type: 'Ready', status: 'True', reason: 'Running', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
  };
  return { code: 200, body: name === undefined ? { apiVersion, kind: `${found.kind}List`, metadata: { resourceVersion: '1' }, items: found.kind === 'DaemonAgent' ? [object] : [] } : object };
}

/** As kubectl writes one. */
const kubeconfigFor = (port: number): string => `apiVersion: v1
clusters:
- cluster:
    server: http://127.0.0.1:${port}
  name: rehearsal
contexts:
- context:
    cluster: rehearsal
    user: rehearsal
  name: rehearsal
current-context: rehearsal
kind: Config
users:
- name: rehearsal
  user:
    token: none
`;

/**
 * V8 seeds its hash tables by chance and compiles beside the program, and both show in what it keeps; `--predictable` ends that. It is
 * one of the few flags that V8 leaves out when it asks whether code was compiled under the same ones.
 */
const flags = ['--predictable', '--disable-warning=ExperimentalWarning'];

/** By chunk; a chunk that no frequent command needs has none. */
export async function codeCaches(rehearsal: string, code: ReadonlyMap<string, string>, work: string): Promise<ReadonlyMap<string, Buffer>> {
  const folder = join(work, 'rehearsal');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of code) writeFileSync(join(folder, name), text);
  const program = join(work, 'rehearsal.cjs');
  writeFileSync(program, rehearsal);
  const server = createServer(({ url = '' }, response) => {
    const { code, body } = answer(url);
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    const kubeconfig = join(work, 'rehearsal.kubeconfig');
    writeFileSync(kubeconfig, kubeconfigFor((server.address() as AddressInfo).port));
    for (const line of [['--help'], ['dev', '--help'], ['version', '--client'], ['version'], ['agents', 'list'], ['agents', 'get', 'echo-bot']]) {
      await run(process.execPath, [...flags, program, folder, ...line], { cwd: work, env: { HOME: work, KUBECONFIG: kubeconfig, TZ: 'UTC' } });
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return new Map(readdirSync(folder).filter((name) => name.endsWith('.cache')).toSorted().map((name) => [name, readFileSync(join(folder, name))] as const));
}
