// `kubectl clrk uninstall`: takes what install put into a cluster out of it again.
import { Option } from 'clipanion';
import { ClrkCommand } from '../command.ts';
import { UserError } from '../exit.ts';
import { waitMs } from '../go-duration.ts';

export class Uninstall extends ClrkCommand {
  static override paths = [['uninstall']];
  static override usage = {
    category: 'Cluster',
    description: 'Remove CLRK from the cluster of a context',
    details: `
      Removes everything that install made, and what the operator made for pools and policies: workers stop, and the agents on them. Found by its labels,
      each object only if it is still the same one, in an order that leaves nothing stuck. Where it was stopped, the same command goes on.

      Agents, pools, gateways, routes and policies stay, and with them the definitions of their kinds; a later install
      starts them again. --delete-data removes them too, for good. Secrets with keys are yours and are never touched.
      Ends with 124 when something is not gone within --timeout, and tells what holds it.
    `,
    examples: [
      ['See what would go and what would stay', '$0 uninstall --dry-run'],
      ['From the current context', '$0 uninstall'],
      ['With agents, pools, gateways and policies, for good', '$0 uninstall --delete-data --yes'],
    ] as [string, string][],
  };

  dryRun = Option.Boolean('--dry-run', false, { description: 'Only tell what would be removed' });
  yes = Option.Boolean('-y,--yes', false, { description: 'Do not ask' });
  deleteData = Option.Boolean('--delete-data', false, { description: 'Remove agents, pools, gateways, routes and policies in all namespaces too' });
  keepDefinitions = Option.Boolean('--keep-crds', false, { description: 'Leave the definitions of the kinds, even of those without an object' });
  wait = Option.Boolean('--wait', true, { description: 'Wait until everything is gone; --no-wait does not' });
  timeout = Option.String('--timeout', '5m', { description: 'The `DURATION` that all of it may take; else 5m' });

  async execute(): Promise<number> {
    if (this.deleteData && this.keepDefinitions) throw new UserError('--keep-crds keeps definitions for objects, and --delete-data removes those', ['leave one of the two out']);
    waitMs('--timeout', this.timeout);
    const { runUninstall } = await import('../install/uninstall.ts');
    const { yes, deleteData, keepDefinitions, wait, timeout } = this;
    const { kube, contextName } = await this.cluster();
    const { stdin, stdout, stderr, env, now } = this.context;
    try {
      const world = { kube, contextName, stdin, stdout, stderr, env, now, paint: this.paint('stderr'), interruption: this.context.interruption(), onWarning: (text: string) => this.showWarning(text), flags: this.clusterFlags };
      return await runUninstall({ dryRun: this.dryRun, yes, deleteData, keepDefinitions, wait, timeout }, world);
    } finally {
      kube.close();
    }
  }
}
