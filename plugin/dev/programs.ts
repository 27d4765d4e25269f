// The children of a session: which bundle each one runs, and every setting it is given.
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { executable } from '../../sandbox/contract.ts';
import { exitCodes } from '../apiserver/exit.ts';
import { apiserverFolder, workerFolder } from './places.ts';
import type { Program } from './children.ts';
import type { Borrowed } from './existing/kubeconfig.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { operatorAuthorityFile, type Pki } from './pki.ts';
import type { SettledRequest } from './request.ts';
import { proxyUser, type RunFolder } from './run-folder.ts';
import { runtimeRow, runtimeSaid } from './runtime-words.ts';
import type { TokenFiles } from './tokens.ts';

export type ProgramName = 'apiserver' | 'operator' | 'worker' | 'proxy';

interface EmbeddedCluster {
  readonly kind: 'embedded';
  readonly port: number;
}
export interface OtherCluster {
  readonly kind: 'existing';
  readonly borrowed: Borrowed;
  /** Path of the private copy of the context. */
  readonly kubeconfig: string;
  /** Variables for the program that logs in. */
  readonly login: Readonly<Record<string, string>>;
}

/** Everything that the settings are made of. */
export interface Ground {
  readonly request: SettledRequest;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the bundles; the single executable has them inside. */
  readonly bundles: string;
  readonly run: RunFolder;
  readonly pki: Pki;
  readonly tokens: TokenFiles;
  readonly cluster: EmbeddedCluster | OtherCluster;
  /** Of the operator's door for worker and proxy. */
  readonly operatorPort: number;
  /** Of its door for readers. */
  readonly readerPort: number;
  /** Base URL of the session's OTLP receiver. */
  readonly otlp: string;
  readonly offline?: { readonly upstreams: string; readonly authority: string; readonly hostImages: readonly string[] };
}

/** The system's own tools come first: npm puts folders of packages on PATH, and one of them has a program called nft that is no packet filter. */
const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** What every child gets of ours: a chosen few, so that no secret of the shell and no NODE_OPTIONS reaches one. */
function passedOn(env: Ground['env'], logLevel: string): Record<string, string> {
  const own = (env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/') && !folder.endsWith('/node_modules/.bin'));
  const path = [...new Set([...systemPath, ...own])].join(':');
  const kept = ['HOME', 'TZ', 'LANG', 'TMPDIR', executable.nativeFile].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { PATH: path, ...Object.fromEntries(kept), CLRK_LOG_LEVEL: logLevel };
}

const command = (bundles: string, name: ProgramName): Program['command'] =>
  isSea()
    ? [process.execPath, executable.innerProcess, name]
    : [process.execPath, '--disable-warning=ExperimentalWarning', join(bundles, `${name}.js`)];

const podName = 'worker-0';
const poolName = 'default';

/** Same place for worker and proxy: the proxy stands beside its worker. A worker serves the pool of its own namespace, which is the session's. */
const pod = ({ request }: Ground): Record<string, string> => ({ POD_NAME: podName, POD_NAMESPACE: request.namespace });

function operatorDoor({ operatorPort, run, pki }: Ground, token: string): Record<string, string> {
  return {
    CLRK_OPERATOR_URL: `https://127.0.0.1:${operatorPort}`,
    CLRK_OPERATOR_CA_FILE: run.writePublic(`ca-${token.split('/').at(-1) ?? ''}.crt`, pki.operatorAuthority.certificate),
    CLRK_OPERATOR_TOKEN_FILE: token,
  };
}

/** How the operator logs in to the API server. */
function operatorLogin({ cluster, run, pki }: Ground): Record<string, string> {
  if (cluster.kind === 'existing') return { ...cluster.login, KUBECONFIG: cluster.kubeconfig };
  const file = run.writePrivate('operator.kubeconfig', '');
  writeKubeconfig(file, { name: 'clrk-operator', server: `https://127.0.0.1:${cluster.port}`, authority: pki.authority.certificate, client: pki.operatorClient });
  return { KUBECONFIG: file };
}

function apiserver({ request, tokens, bundles, pki, env }: Ground, port: number): Program {
  const inPki = (name: string): string => join(pki.folder, name);
  return {
    name: 'apiserver',
    isLoud: request.logLevel === 'debug',
    isFirst: true,
    command: command(bundles, 'apiserver'),
    hintFor: { [exitCodes.storeDamaged]: `put back a copy of ${apiserverFolder(request.stateDir)}, or save what is whole: run dev again with --salvage-store, which keeps the damaged files beside it; a clean slate: rm -rf ${request.stateDir}` },
    hint: `look at ${apiserverFolder(request.stateDir)}; another port: --port N; a clean slate: rm -rf ${request.stateDir}`,
    env: {
      ...passedOn(env, request.logLevel),
      CLRK_DATA_DIR: apiserverFolder(request.stateDir),
      CLRK_LISTEN: `127.0.0.1:${port}`,
      CLRK_TLS_CERT_FILE: inPki('apiserver.crt'),
      CLRK_TLS_KEY_FILE: inPki('apiserver.key'),
      CLRK_CLIENT_CA_FILE: inPki('ca.crt'),
      ...(request.salvageStore ? { CLRK_SALVAGE_STORE: '1' } : {}),
      CLRK_SERVICE_PROXY_TOKEN_FILE: tokens.reader,
      CLRK_SERVICE_PROXY_CA_FILE: inPki(`${operatorAuthorityFile}.crt`),
    },
  };
}

export function programs(ground: Ground): Readonly<Partial<Record<ProgramName, Program>>> {
  const isLoud = ground.request.logLevel === 'debug';
  const { request, run, pki, tokens, cluster, offline, bundles } = ground;
  const common = passedOn(ground.env, request.logLevel);
  const inPki = (name: string): string => join(pki.folder, name);
  return {
    ...(cluster.kind === 'embedded' ? { apiserver: apiserver(ground, cluster.port) } : {}),
    operator: {
      name: 'controller-manager',
      isLoud,
      command: command(bundles, 'operator'),
      hint: 'agents that run go on; run dev again with --log-level debug to see more',
      env: {
        ...common,
        ...operatorLogin(ground),
        CLRK_LISTEN: `127.0.0.1:${ground.operatorPort}`,
        CLRK_READER_LISTEN: `127.0.0.1:${ground.readerPort}`,
        CLRK_SESSION_POD: `${request.namespace}/${poolName}/${podName}`,
        CLRK_AUTHORITY_CERT_FILE: inPki(`${operatorAuthorityFile}.crt`),
        CLRK_AUTHORITY_KEY_FILE: inPki(`${operatorAuthorityFile}.key`),
        CLRK_WORKER_TOKEN_FILE: tokens.worker,
        CLRK_PROXY_TOKEN_FILE: tokens.proxy,
        CLRK_READER_TOKEN_FILE: tokens.reader,
        CLRK_OTLP_FORWARD: ground.otlp,
        CLRK_OTLP_FORWARD_TOKEN_FILE: tokens.telemetry,
      },
    },
    worker: {
      name: 'worker-0',
      isLoud,
      describe: (ready) => {
        const said = runtimeSaid(ready);
        return said && runtimeRow(said);
      },
      command: command(bundles, 'worker'),
      hint: request.sandbox === undefined ? 'no agent runs without a worker; see what its lines say' : 'leave --sandbox out to take the strongest that works here',
      env: {
        ...common,
        ...pod(ground),
        ...operatorDoor(ground, tokens.worker),
        CLRK_POOL_NAME: poolName,
        CLRK_PROXY_SOCKET_DIR: run.sockets,
        CLRK_STATE_DIR: workerFolder(request.stateDir),
        CLRK_RUN_DIR: run.worker,
        CLRK_SANDBOX: request.sandbox ?? '',
        CLRK_OTLP_DELAY_MS: '200',
        CLRK_INSECURE_REGISTRIES: request.insecureRegistries.join(','),
        ...(offline ? { CLRK_OFFLINE: '1', CLRK_HOST_IMAGES: offline.hostImages.join(',') } : {}),
      },
    },
    proxy: {
      name: 'egress-proxy',
      isLoud,
      command: command(bundles, 'proxy'),
      hint: 'no call leaves a sandbox without it; run dev again with --log-level debug to see more',
      env: {
        ...common,
        ...pod(ground),
        ...operatorDoor(ground, tokens.proxy),
        CLRK_PROXY_SOCKET_DIR: run.sockets,
        CLRK_OTLP_DELAY_MS: '200',
        ...(offline ? { CLRK_OFFLINE_UPSTREAMS: offline.upstreams, CLRK_OFFLINE_CA_FILE: run.writePublic('offline-ca.crt', offline.authority) } : {}),
        ...(process.getuid?.() === 0 ? { CLRK_RUN_AS: `${proxyUser.uid}:${proxyUser.gid}` } : {}),
      },
    },
  };
}
