// Reads from the environment what the operator needs to make pods of pools: only a cluster has it.
import { readFileSync } from 'node:fs';
import { BadSetting } from './bad-setting.ts';
import { operatorAccount, ports, systemNamespace } from './install/names.ts';
import type { PodSettings } from './plan/worker-pod.ts';

export interface PodsOfPools {
  readonly settings: PodSettings;
  /** PEM; beside the stand-ins of `settings`. */
  readonly offlineAuthority?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The operator's name in full, with the cluster's domain, which stands in the list of every pod: a shorter one is asked for
 * outside of the cluster too, where the answer may be slow, or somebody's.
 */
function doorName(resolver: string): string {
  const name = `${operatorAccount}.${systemNamespace}.svc`;
  const domain = /^search[ \t](?:.*[ \t])?svc\.([-a-z0-9.]+?)\.?(?:[ \t]|$)/m.exec(resolver)?.[1];
  return domain === undefined ? name : `${name}.${domain}`;
}

function resolverOfPod(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return '';
  }
}

/** Without an image of the proxy there are no pods: undefined. Throws {@link BadSetting}. */
export function podsOfPools(env: Env, resolver = resolverOfPod()): PodsOfPools | undefined {
  const proxyImage = env['CLRK_PROXY_IMAGE'];
  if (!proxyImage) return undefined;
  if (/[\s'"]/.test(proxyImage) || proxyImage.length > 512) throw new BadSetting(`CLRK_PROXY_IMAGE: ${JSON.stringify(proxyImage)} is no image`);
  const doorUrl = env['CLRK_DOOR_URL'] || `https://${doorName(resolver)}:${ports.door}`;
  if (URL.parse(doorUrl)?.protocol !== 'https:') throw new BadSetting(`CLRK_DOOR_URL: ${doorUrl} is not an https URL`);
  const upstreams = env['CLRK_OFFLINE_UPSTREAMS'] || undefined;
  if (upstreams !== undefined && !env['CLRK_OFFLINE_CA_FILE']) throw new BadSetting('CLRK_OFFLINE_CA_FILE: is not set, and CLRK_OFFLINE_UPSTREAMS is');
  return Object.freeze({
    settings: Object.freeze({ proxyImage, doorUrl, imagePullSecrets: pullSecrets(env), ...appArmor(env), ...(upstreams === undefined ? {} : { offlineUpstreams: upstreams }) }),
    ...(upstreams === undefined ? {} : { offlineAuthority: pem(env, 'CLRK_OFFLINE_CA_FILE') }),
  });
}

function pullSecrets(env: Env): readonly string[] {
  const names = (env['CLRK_IMAGE_PULL_SECRETS'] ?? '').split(',').map((name) => name.trim()).filter(Boolean);
  const wrong = names.find((name) => !/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name));
  if (wrong !== undefined) throw new BadSetting(`CLRK_IMAGE_PULL_SECRETS: ${JSON.stringify(wrong)} is no name of a Secret`);
  return names;
}

function appArmor(env: Env): Pick<PodSettings, 'appArmor'> {
  const given = env['CLRK_WORKER_APPARMOR'];
  if (!given) return {};
  if (given === 'unconfined') return { appArmor: { type: 'Unconfined' } };
  const [, localhostProfile] = /^localhost\/([-\w./]{1,253})$/.exec(given) ?? [];
  if (localhostProfile === undefined) throw new BadSetting(`CLRK_WORKER_APPARMOR: ${JSON.stringify(given)} is neither unconfined nor localhost/PROFILE`);
  return { appArmor: { type: 'Localhost', localhostProfile } };
}

function pem(env: Env, name: string): string {
  try {
    return readFileSync(env[name] ?? '', 'utf8');
  } catch (error) {
    throw new BadSetting(`${name}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}
