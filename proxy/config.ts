// Owns the proxy's settings: environment in, one frozen value out; nothing else here reads process.env.
import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { hostname } from 'node:os';
import { readIdentityFiles } from './identity/identity.ts';
import { addressOf, probeSetting, type Address } from './probe.ts';

export interface Upstream {
  readonly address: string;
  readonly port: number;
}

export interface Config {
  readonly operator: { readonly url: string; readonly authorityFile: string; readonly tokenFile: string };
  /** Where the kubelet's probes are answered; absent: nowhere. */
  readonly probe?: Address;
  readonly socketDir: string;
  readonly pod: { readonly name: string; readonly namespace: string };
  /** Hosts that are answered by a stand-in on this machine or the cluster's, and the CA that vouches for it. Empty unless --offline. */
  readonly offline: { readonly upstreams: ReadonlyMap<string, Upstream>; readonly ca?: string };
  /** Whom to become after start-up; only when started as root. */
  readonly runAs?: { readonly uid: number; readonly gid: number };
  readonly supervised: boolean;
  readonly otlpDelayMs: number;
}

/** A wrong or missing setting; the message names the variable. */
export class WrongSetting extends Error {}

type Env = Readonly<Record<string, string | undefined>>;

/** Files are read here, while the process may still be root. */
export function readConfig(env: Env): Config {
  const offlineCa = env['CLRK_OFFLINE_CA_FILE'] ? file(env, 'CLRK_OFFLINE_CA_FILE') : undefined;
  const upstreams = offlineUpstreams(env['CLRK_OFFLINE_UPSTREAMS'] ?? '');
  if (upstreams.size > 0 && offlineCa === undefined) {
    throw new WrongSetting('CLRK_OFFLINE_CA_FILE must name the CA of the stand-ins in CLRK_OFFLINE_UPSTREAMS');
  }
  const runAs = runAsOf(env['CLRK_RUN_AS'] ?? '');
  const probe = probeOf(env);
  return Object.freeze({
    operator: operatorOf(env),
    ...(probe === undefined ? {} : { probe }),
    socketDir: required(env, 'CLRK_PROXY_SOCKET_DIR'),
    pod: { name: env['POD_NAME'] || hostname(), namespace: env['POD_NAMESPACE'] || 'clrk' },
    offline: { upstreams, ...(offlineCa === undefined ? {} : { ca: offlineCa }) },
    ...(runAs === undefined ? {} : { runAs }),
    supervised: env['CLRK_SUPERVISED'] === '1',
    otlpDelayMs: delay(env),
  });
}

function required(env: Env, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new WrongSetting(`${name} is not set`);
  return value;
}

function httpsUrl(env: Env, name: string): string {
  const value = required(env, name);
  if (!URL.canParse(value) || new URL(value).protocol !== 'https:') throw new WrongSetting(`${name} must be an https URL, not "${value}"`);
  return value.replace(/\/+$/, '');
}

function file(env: Env, name: string): string {
  const path = required(env, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new WrongSetting(`${name}: reading ${path}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`);
  }
}

/** Both files are read again later; here it is told when that will not work. */
function operatorOf(env: Env): Config['operator'] {
  const url = httpsUrl(env, 'CLRK_OPERATOR_URL');
  file(env, 'CLRK_OPERATOR_CA_FILE');
  file(env, 'CLRK_OPERATOR_TOKEN_FILE');
  const files = { authorityFile: required(env, 'CLRK_OPERATOR_CA_FILE'), tokenFile: required(env, 'CLRK_OPERATOR_TOKEN_FILE') };
  try {
    readIdentityFiles(files);
  } catch (error) {
    throw new WrongSetting(`CLRK_OPERATOR_TOKEN_FILE: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  return { url, ...files };
}

function probeOf(env: Env): Address | undefined {
  const value = env[probeSetting];
  if (value === undefined || value === '') return undefined;
  const address = addressOf(value);
  if (address === undefined) throw new WrongSetting(`${probeSetting} must be host:port, not "${value}"`);
  return address;
}

/** Of this machine, and of the machine that runs the cluster of a dev session: no stand-in is on the Internet. */
const standInPlaces = new BlockList();
for (const [net, bits] of [['127.0.0.0', 8], ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16]] as const) standInPlaces.addSubnet(net, bits, 'ipv4');

function offlineUpstreams(text: string): Map<string, Upstream> {
  const found = new Map<string, Upstream>();
  for (const entry of text.split(',').map((e) => e.trim()).filter((e) => e !== '')) {
    const [, host, address, port] = /^([a-z0-9.-]+)=(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(entry) ?? [];
    if (host === undefined || address === undefined || isIP(address) !== 4 || !standInPlaces.check(address, 'ipv4') || Number(port) < 1 || Number(port) > 65_535) {
      throw new WrongSetting(`CLRK_OFFLINE_UPSTREAMS: "${entry}" must be host=address:port, the address a loopback or private IPv4 one`);
    }
    found.set(host, { address, port: Number(port) });
  }
  return found;
}

function runAsOf(text: string): { uid: number; gid: number } | undefined {
  if (text === '' || process.getuid?.() !== 0) return undefined;
  const [, uid, gid] = /^(\d{1,9}):(\d{1,9})$/.exec(text) ?? [];
  if (uid === undefined || gid === undefined) throw new WrongSetting(`CLRK_RUN_AS must be uid:gid in digits, not "${text}"`);
  return { uid: Number(uid), gid: Number(gid) };
}

function delay(env: Env): number {
  const value = Number(env['CLRK_OTLP_DELAY_MS'] ?? '1000');
  if (!Number.isInteger(value) || value < 1 || value > 60_000) throw new WrongSetting('CLRK_OTLP_DELAY_MS must be a number from 1 to 60000');
  return value;
}
