// `kubectl clrk install` and `upgrade`: puts the operator and the kinds into the cluster of a context, or prints them for others to apply.
import { Option } from 'clipanion';
import { isEnum } from 'typanion';
import { ClrkCommand } from '../command.ts';
import { exitCodes, UserError } from '../exit.ts';
import { waitMs } from '../go-duration.ts';
import type { InstallSettings } from '../../operator/install/settings.ts';

export class Install extends ClrkCommand {
  static override paths: string[][] = [['install']];
  static override usage = {
    category: 'Cluster',
    description: 'Install CLRK in the cluster of a context',
    details: `
      Looks first, and changes nothing while something is in the way: the server's release, your rights, the kinds that are there, Pod
      Security, another operator. Then it asks, applies everything step by step, and waits until the operator runs. A second
      time it changes nothing; over an older version it upgrades; where it was stopped it goes on. It makes no pools and no agents.

      With -o yaml it asks no cluster and prints the objects, always the same, for \`kubectl apply\` or a repository.
      Ends with 124 when the wait takes longer than --timeout. docs/install.md lists what is installed, and with which rights.
    `,
    examples: [
      ['Into the current context', '$0 install'],
      ['Without a question, as in a script', '$0 install --context production --yes --timeout 10m'],
      ['Only see what would be done', '$0 install --dry-run=server'],
      ['For a repository that a GitOps tool follows', '$0 install -o yaml > clrk.yaml'],
      ['With images from your own registry', '$0 install --image-registry registry.example.com/clrk --image-pull-secret registry-login'],
    ] as [string, string][],
  };

  dryRun = Option.String('--dry-run', 'none', { description: 'Store nothing: `MODE` is client (ask no cluster), server (have the cluster check everything) or none', validator: isEnum(['none', 'client', 'server'] as const) });
  output = Option.String('-o,--output', { description: 'Print the objects as `FORMAT` instead of applying them: yaml, json or name', validator: isEnum(['yaml', 'json', 'name'] as const) });
  yes = Option.Boolean('-y,--yes', false, { description: 'Do not ask' });
  wait = Option.Boolean('--wait', true, { description: 'Wait until the operator runs; --no-wait does not' });
  timeout = Option.String('--timeout', '5m', { description: 'The `DURATION` that the wait may take; else 5m' });
  registry = Option.String('--image-registry', { description: 'The `REGISTRY` and path that the images are in; else ghcr.io/apoxy-dev' });
  operatorImage = Option.String('--operator-image', { description: 'The `IMAGE` of the operator' });
  proxyImage = Option.String('--proxy-image', { description: 'The `IMAGE` of the proxy that runs beside each worker' });
  pullSecret = Option.String('--image-pull-secret', { description: 'The Secret `NAME`, in the namespaces clrk and clrk-node, to pull the images with' });
  replicas = Option.String('--replicas', { description: 'The number `N` of operators, of which one leads; else 1' });
  nodeProfile = Option.Boolean('--node-profile', true, { description: 'Lay the seccomp profile of workers on each node; with --no-node-profile you do that' });
  networkPolicies = Option.Boolean('--network-policies', true, { description: 'Close the network of the operator but for those who need it; --no-network-policies leaves it open' });
  kubeletFolder = Option.String('--kubelet-dir', { description: "The kubelet's `DIR` on the nodes; else /var/lib/kubelet" });
  workerAppArmor = Option.String('--worker-apparmor', { description: 'The AppArmor `PROFILE` of workers, where the nodes have AppArmor: unconfined, or localhost/NAME' });
  force = Option.Boolean('--force-conflicts', false, { description: 'Take over fields that somebody else set' });
  allowDowngrade = Option.Boolean('--allow-downgrade', false, { description: 'Go back from a later version' });
  skipPreflight = Option.Boolean('--skip-preflight', false, { description: 'Go on although something is in the way' });
  protected readonly verb: 'install' | 'upgrade' = 'install';

  async execute(): Promise<number> {
    waitMs('--timeout', this.timeout);
    const { settingsOf } = await import('../install/flags.ts');
    const settings = settingsOf(this);
    if (this.dryRun === 'client' || this.output !== undefined) return this.show(settings);
    const { dryRun, yes, force, allowDowngrade, skipPreflight, wait, timeout, verb } = this;
    const { runInstall } = await import('../install/session.ts');
    const { kube, contextName } = await this.cluster();
    const { stdin, stdout, stderr, env, now } = this.context;
    try {
      const world = { kube, contextName, stdin, stdout, stderr, env, now, paint: this.paint('stderr'), interruption: this.context.interruption(), onWarning: (text: string) => this.showWarning(text), flags: this.clusterFlags };
      return await runInstall({ verb, settings, dryRun: dryRun === 'server', yes, force, allowDowngrade, skipPreflight, wait, timeout }, world);
    } finally {
      kube.close();
    }
  }

  /** Asks no cluster: the same flags give the same text anywhere. */
  private async show(settings: InstallSettings): Promise<number> {
    if (this.dryRun === 'server') throw new UserError('-o prints what would be applied, and --dry-run=server has a cluster check it', ['leave one of the two out']);
    const [{ installationObjects }, { printStream }, { printedName }] = await Promise.all([import('../../operator/install/objects.ts'), import('../format/objects.ts'), import('../manifests/apply.ts')]);
    const objects = installationObjects(settings);
    if (this.output !== undefined) this.print(printStream(objects, this.output));
    else for (const object of objects) this.print(`${printedName(object)} created (dry run)`);
    return exitCodes.ok;
  }
}

export class Upgrade extends Install {
  static override paths = [['upgrade']];
  static override usage = {
    category: 'Cluster',
    description: 'Bring an installation to this version',
    details: `
      The same as install over an older version, with the same flags, but refuses where nothing is installed. Agents go on running; the operator is away for a moment. Give the flags again that it was installed
      with: what they chose is not kept anywhere else.
    `,
    examples: [
      ['In the current context', '$0 upgrade'],
      ['See what would change', '$0 upgrade --dry-run=server'],
    ] as [string, string][],
  };
  protected override readonly verb = 'upgrade';
}
