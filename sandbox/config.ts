// The worker's settings: its environment, read once into one frozen value.
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { handoffSocket } from '../proxy/contract.ts';
import { readIdentityFiles } from '../proxy/identity/identity.ts';
import { addressOf, probeSetting, type Address } from '../proxy/probe.ts';
import type { RuntimeChoice } from './contract.ts';

export interface Config {
  readonly operatorUrl: string;
  readonly operatorCaFile: string;
  readonly operatorTokenFile: string;
  /** Where the kubelet's probes are answered; absent: nowhere. */
  readonly probe?: Address;
  readonly podName: string;
  readonly podNamespace: string;
  readonly poolName: string;
  readonly proxySocketDir: string;
  readonly stateDir: string;
  readonly runDir: string;
  /** The one runtime that is allowed; absent: the strongest there is. */
  readonly required?: RuntimeChoice['name'];
  readonly hostImages: readonly string[];
  readonly isOffline: boolean;
  /** Registries that speak http without TLS: `host` or `host:port`. */
  readonly insecureRegistries: ReadonlySet<string>;
  readonly isSupervised: boolean;
  readonly telemetryDelayMs: number;
}

export const variables = {
  operatorUrl: 'CLRK_OPERATOR_URL',
  operatorCaFile: 'CLRK_OPERATOR_CA_FILE',
  operatorTokenFile: 'CLRK_OPERATOR_TOKEN_FILE',
  proxySocketDir: 'CLRK_PROXY_SOCKET_DIR',
  stateDir: 'CLRK_STATE_DIR',
  runDir: 'CLRK_RUN_DIR',
} as const;

/** A setting that cannot be used; its message is the one line that is printed before the exit with code 2. */
export class BadSetting extends Error {}

const runtimes = ['gvisor', 'bubblewrap', 'namespaces'] as const;

export function parseConfig(env: NodeJS.ProcessEnv): Config {
  const sandbox = env['CLRK_SANDBOX'] ?? '';
  const required = runtimes.find((r) => r === sandbox);
  if (sandbox !== '' && required === undefined) throw new BadSetting(`CLRK_SANDBOX: ${JSON.stringify(sandbox)} is none of ${runtimes.join(', ')}`);
  const proxySocketDir = folder(env, variables.proxySocketDir);
  if (`${proxySocketDir}/${handoffSocket}`.length > 107) {
    throw new BadSetting(`${variables.proxySocketDir}: ${proxySocketDir} is too long for the path of a socket (107 bytes in all)`);
  }
  const probe = probeOf(env);
  return Object.freeze({
    ...operatorOf(env),
    ...(probe === undefined ? {} : { probe }),
    podName: given(env, 'POD_NAME'),
    podNamespace: given(env, 'POD_NAMESPACE'),
    poolName: env['CLRK_POOL_NAME'] || 'default',
    proxySocketDir,
    stateDir: folder(env, variables.stateDir),
    runDir: folder(env, variables.runDir),
    ...(required === undefined ? {} : { required }),
    hostImages: (env['CLRK_HOST_IMAGES'] ?? '').split(',').map((r) => r.trim()).filter(Boolean),
    isOffline: env['CLRK_OFFLINE'] === '1',
    insecureRegistries: registries(env['CLRK_INSECURE_REGISTRIES'] ?? ''),
    isSupervised: env['CLRK_SUPERVISED'] === '1',
    telemetryDelayMs: milliseconds(env['CLRK_OTLP_DELAY_MS']),
  });
}

function milliseconds(value: string | undefined): number {
  if (value === undefined || value === '') return 1000;
  if (!/^\d{1,5}$/.test(value)) throw new BadSetting(`CLRK_OTLP_DELAY_MS: ${JSON.stringify(value)} is not a number of milliseconds`);
  return Number(value);
}

function registries(list: string): ReadonlySet<string> {
  const found = list.split(',').map((r) => r.trim().toLowerCase()).filter(Boolean);
  for (const one of found) {
    if (one.includes('/') || one.includes('@') || !URL.canParse(`http://${one}`)) throw new BadSetting(`CLRK_INSECURE_REGISTRIES: ${JSON.stringify(one)} is not a host and port`);
  }
  return new Set(found);
}

function given(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new BadSetting(`${name}: is not set`);
  return value;
}

function folder(env: NodeJS.ProcessEnv, name: string): string {
  const value = given(env, name);
  if (!isAbsolute(value)) throw new BadSetting(`${name}: ${JSON.stringify(value)} is not an absolute path`);
  return value.length > 1 ? value.replace(/\/+$/, '') : value;
}

function url(env: NodeJS.ProcessEnv, name: string): string {
  const value = given(env, name);
  if (!URL.canParse(value) || new URL(value).protocol !== 'https:') throw new BadSetting(`${name}: ${JSON.stringify(value)} is not an https URL`);
  return value.replace(/\/+$/, '');
}

/** Both files are read again later; here it is told when that will not work. */
function operatorOf(env: NodeJS.ProcessEnv): Pick<Config, 'operatorUrl' | 'operatorCaFile' | 'operatorTokenFile'> {
  const operatorUrl = url(env, variables.operatorUrl);
  const [operatorCaFile, operatorTokenFile] = [readable(env, variables.operatorCaFile), readable(env, variables.operatorTokenFile)];
  try {
    readIdentityFiles({ authorityFile: operatorCaFile, tokenFile: operatorTokenFile });
  } catch (error) {
    throw new BadSetting(`${variables.operatorTokenFile}: ${error instanceof Error ? error.message : operatorTokenFile}`);
  }
  return { operatorUrl, operatorCaFile, operatorTokenFile };
}

function readable(env: NodeJS.ProcessEnv, name: string): string {
  const path = given(env, name);
  try {
    readFileSync(path);
    return path;
  } catch (error) {
    throw new BadSetting(`${name}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function probeOf(env: NodeJS.ProcessEnv): Address | undefined {
  const value = env[probeSetting];
  if (value === undefined || value === '') return undefined;
  const address = addressOf(value);
  if (address === undefined) throw new BadSetting(`${probeSetting}: ${JSON.stringify(value)} is not host:port`);
  return address;
}
