// The flags by which an installation is chosen, as one value that can be used, or as words why it cannot.
import { installSettings, type InstallSettings } from '../../operator/install/settings.ts';
import { UserError } from '../exit.ts';

export interface SettingFlags {
  readonly registry: string | undefined;
  readonly operatorImage: string | undefined;
  readonly proxyImage: string | undefined;
  readonly pullSecret: string | undefined;
  readonly replicas: string | undefined;
  readonly nodeProfile: boolean;
  readonly networkPolicies: boolean;
  readonly kubeletFolder: string | undefined;
  readonly workerAppArmor: string | undefined;
}

const imageForm = /^[A-Za-z0-9][A-Za-z0-9._:@+-]*(\/[A-Za-z0-9._:@+-]+)*$/;
const nameForm = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const pathForm = /^(\/[A-Za-z0-9._-]+)+$/;
const appArmorForm = /^(unconfined|localhost\/[A-Za-z0-9._-]{1,200})$/;
const maxReplicas = 10;

function fitting(flag: string, value: string | undefined, form: RegExp, what: string): string | undefined {
  if (value === undefined || (form.test(value) && value.length <= 512)) return value;
  throw new UserError(`${flag} ${JSON.stringify(value.slice(0, 200))} is no ${what}`, [`\`kubectl clrk install --help\` shows how it is written`]);
}

/** Throws {@link UserError} for what no cluster could take. */
export function settingsOf(flags: SettingFlags): InstallSettings {
  const replicas = flags.replicas === undefined ? undefined : Number(flags.replicas);
  if (replicas !== undefined && !(Number.isInteger(replicas) && replicas >= 1 && replicas <= maxReplicas)) {
    throw new UserError(`--replicas ${JSON.stringify(flags.replicas)} is no number from 1 to ${maxReplicas}`, ['one leads and the others wait: 2 is plenty']);
  }
  const registry = fitting('--image-registry', flags.registry?.replace(/\/+$/, ''), imageForm, 'registry such as registry.example.com/clrk');
  const operatorImage = fitting('--operator-image', flags.operatorImage, imageForm, 'reference of an image');
  const proxyImage = fitting('--proxy-image', flags.proxyImage, imageForm, 'reference of an image');
  const imagePullSecret = fitting('--image-pull-secret', flags.pullSecret, nameForm, 'name of a Secret');
  const kubeletFolder = fitting('--kubelet-dir', flags.kubeletFolder, pathForm, 'absolute path of a folder');
  const workerAppArmor = fitting('--worker-apparmor', flags.workerAppArmor, appArmorForm, 'unconfined and no localhost/PROFILE');
  return installSettings({
    nodeProfile: flags.nodeProfile,
    networkPolicies: flags.networkPolicies,
    imagePullSecret,
    workerAppArmor,
    ...(registry === undefined ? {} : { registry }),
    ...(operatorImage === undefined ? {} : { operatorImage }),
    ...(proxyImage === undefined ? {} : { proxyImage }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(kubeletFolder === undefined ? {} : { kubeletFolder }),
  });
}
