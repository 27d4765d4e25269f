// The settings of the API server's process: read from the environment once, checked, frozen.
import { readFileSync } from 'node:fs';
import { Sealed } from '../../proxy/telemetry/sealed.ts';
import type { Settings } from './server.ts';

/** What the server needs, and what only its process needs. */
export interface Config extends Settings {
  readonly supervised: boolean;
  readonly logLevel: string | undefined;
}

/** A setting that is missing or wrong; the message names the variable. */
export class ConfigError extends Error {}

type Env = Readonly<Record<string, string | undefined>>;

function required(env: Env, name: string): string {
  const value = env[name];
  if (!value) throw new ConfigError(`${name} is not set`);
  return value;
}

function file(env: Env, name: string): string {
  const path = required(env, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${name}: reading ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { cause: error });
  }
}

function listen(env: Env): { host: string; port: number } {
  const value = required(env, 'CLRK_LISTEN');
  const parts = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value);
  const port = Number(parts?.[3]);
  if (!parts || port > 65535) throw new ConfigError(`CLRK_LISTEN must be HOST:PORT, not ${JSON.stringify(value)}`);
  return { host: parts[1] ?? parts[2] ?? '', port };
}

function serviceProxy(env: Env): Config['serviceProxy'] {
  const tokenFile = env['CLRK_SERVICE_PROXY_TOKEN_FILE'];
  const authorityFile = env['CLRK_SERVICE_PROXY_CA_FILE'];
  if (!tokenFile && !authorityFile) return undefined;
  if (!tokenFile || !authorityFile) throw new ConfigError('CLRK_SERVICE_PROXY_TOKEN_FILE and CLRK_SERVICE_PROXY_CA_FILE must be set together');
  return { tokenFile, authorityFile };
}

function compactAfterBytes(env: Env): number | undefined {
  const value = env['CLRK_COMPACT_AFTER_BYTES'];
  if (!value) return undefined;
  if (!/^\d{4,12}$/.test(value)) throw new ConfigError(`CLRK_COMPACT_AFTER_BYTES must be a number of bytes from 1000, not ${JSON.stringify(value)}`);
  return Number(value);
}

/** Reads every setting; throws a ConfigError for the first wrong one. */
export function parseConfig(env: Env): Config {
  return Object.freeze({
    dataDir: required(env, 'CLRK_DATA_DIR'),
    ...listen(env),
    certificate: file(env, 'CLRK_TLS_CERT_FILE'),
    key: Sealed.of(file(env, 'CLRK_TLS_KEY_FILE')),
    clientAuthority: file(env, 'CLRK_CLIENT_CA_FILE'),
    serviceProxy: serviceProxy(env),
    salvageStore: env['CLRK_SALVAGE_STORE'] === '1',
    compactAfterBytes: compactAfterBytes(env),
    supervised: env['CLRK_SUPERVISED'] === '1',
    logLevel: env['CLRK_LOG_LEVEL'],
  });
}
