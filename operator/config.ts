// Reads the settings of the process from its environment, once, into a frozen value; the only reader of it here.
import { readFileSync } from 'node:fs';
import { addressOf, probeSetting, type Address } from '../proxy/probe.ts';
import type { Issued } from '../proxy/x509/issue.ts';
import { BadSetting } from './bad-setting.ts';
import { podsOfPools, type PodsOfPools } from './pod-settings.ts';
import { usablePair } from './trust/authority.ts';
import { isNameable, type PodIdentity } from './trust/identity.ts';
import type { SessionTokens } from './trust/session-tokens.ts';

export interface Config {
  /** For workers and proxies. */
  readonly listen: Address;
  /** For readers. */
  readonly listenForReaders: Address;
  /** For the kubelet; absent: nowhere. */
  readonly probe?: Address;
  /** Of a dev session on this machine; absent: this is a cluster, which knows whose a token is and keeps the authority. */
  readonly session?: Session;
  /** What pools become; absent: nothing, as in a session on this machine. */
  readonly pods?: PodsOfPools;
  /** Of the operator's own pod. */
  readonly podName?: string;
  /** Life of the certificates of workers and proxies. */
  readonly certificateSeconds: number;
  /** Base URL of the collector that gets a copy of all telemetry. */
  readonly forwardTo: string | undefined;
  /** With which that collector knows us. */
  readonly forwardToken: string | undefined;
  /** The end of stdin means that whoever started us is gone. */
  readonly supervised: boolean;
}

export interface Session {
  /** Of its worker and proxy. */
  readonly pod: PodIdentity;
  readonly authority: Issued;
  readonly tokens: SessionTokens;
}

type Env = Readonly<Record<string, string | undefined>>;

/** KUBECONFIG is read where the connection is made, as kubectl does. Throws {@link BadSetting}. */
export function config(env: Env): Config {
  const forwardTo = env['CLRK_OTLP_FORWARD'] || undefined;
  if (forwardTo !== undefined && !/^https?:$/.test(URL.parse(forwardTo)?.protocol ?? '')) throw new BadSetting(`CLRK_OTLP_FORWARD: ${forwardTo} is not an http or https URL`);
  const inSession = session(env);
  const pods = podsOfPools(env);
  if (inSession && pods) throw new BadSetting('CLRK_PROXY_IMAGE: is for a cluster, and CLRK_SESSION_POD for a session');
  return Object.freeze({
    listen: listen(env, 'CLRK_LISTEN'),
    listenForReaders: listen(env, 'CLRK_READER_LISTEN'),
    ...(env[probeSetting] ? { probe: listen(env, probeSetting) } : {}),
    ...(inSession === undefined ? {} : { session: inSession }),
    ...(pods === undefined ? {} : { pods }),
    ...(env['POD_NAME'] ? { podName: env['POD_NAME'] } : {}),
    certificateSeconds: seconds(env),
    forwardTo,
    forwardToken: env['CLRK_OTLP_FORWARD_TOKEN_FILE'] ? token(env, 'CLRK_OTLP_FORWARD_TOKEN_FILE') : undefined,
    supervised: env['CLRK_SUPERVISED'] === '1',
  });
}

function required(env: Env, name: string): string {
  const value = env[name];
  if (!value) throw new BadSetting(`${name}: is not set`);
  return value;
}

function listen(env: Env, name: string): Address {
  const value = required(env, name);
  const address = addressOf(value);
  if (!address) throw new BadSetting(`${name}: ${value} is not host:port`);
  return Object.freeze(address);
}

function seconds(env: Env): number {
  const value = env['CLRK_CERTIFICATE_SECONDS'] || '3600';
  // Shorter than an authority is told before it signs, and trusted after it did.
  if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 86_400) throw new BadSetting(`CLRK_CERTIFICATE_SECONDS: ${value} is no number from 1 to 86400`);
  return Number(value);
}

function session(env: Env): Session | undefined {
  const named = env['CLRK_SESSION_POD'];
  if (!named) return undefined;
  const [namespace = '', pool = '', pod = '', ...more] = named.split('/');
  const identity = { namespace, pool, pod, uid: 'session' };
  if (more.length > 0 || !isNameable(identity)) throw new BadSetting(`CLRK_SESSION_POD: ${named} is not namespace/pool/pod`);
  const tokens = { worker: token(env, 'CLRK_WORKER_TOKEN_FILE'), proxy: token(env, 'CLRK_PROXY_TOKEN_FILE'), reader: token(env, 'CLRK_READER_TOKEN_FILE') };
  if (new Set(Object.values(tokens)).size < 3) throw new BadSetting('CLRK_WORKER_TOKEN_FILE, CLRK_PROXY_TOKEN_FILE and CLRK_READER_TOKEN_FILE must hold three different tokens');
  const authority = { certificate: file(env, 'CLRK_AUTHORITY_CERT_FILE'), key: file(env, 'CLRK_AUTHORITY_KEY_FILE') };
  if (!usablePair(authority)) throw new BadSetting('CLRK_AUTHORITY_CERT_FILE and CLRK_AUTHORITY_KEY_FILE: hold no authority and its P-256 key');
  return Object.freeze({ pod: identity, authority, tokens });
}

function file(env: Env, name: string): string {
  const path = required(env, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadSetting(`${name}: ${error instanceof Error ? error.message : path}`);
  }
}

function token(env: Env, name: string): string {
  const value = file(env, name).trim();
  // Never the value itself: what is in the file may be a token of something else.
  if (!/^[\x21-\x7e]{16,512}$/.test(value)) throw new BadSetting(`${name}: holds no token of 16 to 512 printable characters`);
  return value;
}
