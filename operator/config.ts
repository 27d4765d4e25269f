// Reads the settings of the process from its environment, once, into a frozen value; the only reader of it here.
import { readFileSync } from 'node:fs';
import type { Role } from './serve/roles.ts';

export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls: { readonly cert: string; readonly key: string };
  readonly tokens: Readonly<Record<Role, string>>;
  /** Base URL of the collector that gets a copy of all telemetry. */
  readonly forwardTo: string | undefined;
  /** With which that collector knows us. */
  readonly forwardToken: string | undefined;
  /** The end of stdin means that whoever started us is gone. */
  readonly supervised: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** A setting that cannot be used; the message names the variable. */
export class BadSetting extends Error {}

/** KUBECONFIG is read where the connection is made, as kubectl does. Throws {@link BadSetting}. */
export function config(env: Env): Config {
  const forwardTo = env['CLRK_OTLP_FORWARD'] || undefined;
  if (forwardTo !== undefined && !/^https?:$/.test(URL.parse(forwardTo)?.protocol ?? '')) throw new BadSetting(`CLRK_OTLP_FORWARD: ${forwardTo} is not an http or https URL`);
  const tokens = { worker: token(env, 'CLRK_WORKER_TOKEN_FILE'), proxy: token(env, 'CLRK_PROXY_TOKEN_FILE'), reader: token(env, 'CLRK_READER_TOKEN_FILE') };
  if (new Set(Object.values(tokens)).size < 3) throw new BadSetting('CLRK_WORKER_TOKEN_FILE, CLRK_PROXY_TOKEN_FILE and CLRK_READER_TOKEN_FILE must hold three different tokens');
  return Object.freeze({
    listen: listen(required(env, 'CLRK_LISTEN')),
    tls: Object.freeze({ cert: file(env, 'CLRK_TLS_CERT_FILE'), key: file(env, 'CLRK_TLS_KEY_FILE') }),
    tokens: Object.freeze(tokens),
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

function listen(value: string): Config['listen'] {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(value) ?? [];
  if (!host || Number(port) > 65535 || port === '') throw new BadSetting(`CLRK_LISTEN: ${value} is not host:port`);
  return Object.freeze({ host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) });
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
