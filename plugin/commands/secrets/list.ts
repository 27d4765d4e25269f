// `kubectl clrk secrets list`: names, keys, sizes and users of Secrets; never a value.
import { Option } from 'clipanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';

export class SecretsList extends ClrkCommand {
  static override paths = [['secrets', 'list'], ['secrets', 'ls'], ['secret', 'list'], ['secret', 'ls']];
  static override usage = {
    category: 'Secrets',
    description: 'List Secrets with their keys and who uses them; never a value',
    examples: [['The Secrets of the dev session', '$0 secrets list --local']] as [string, string][],
  };

  allNamespaces = Option.Boolean('-A,--all-namespaces', false, { description: 'Of all namespaces' });

  async execute(): Promise<number> {
    const { kube, namespace } = await this.cluster();
    const [{ secrets }, { policies, users }, { secretTable }] = await Promise.all([import('../../../operator/kube/resources.ts'), import('../../secrets/users.ts'), import('../../format/secrets.ts')]);
    const scope = this.allNamespaces ? undefined : namespace;
    const [{ items }, all] = await Promise.all([kube.list(secrets, scope === undefined ? {} : { namespace: scope }), policies(kube, scope)]).finally(() => kube.close());
    if (items.length === 0) this.context.stderr.write(`No secrets found${scope === undefined ? '' : ` in namespace "${scope}"`}.\n`);
    else this.print(secretTable(items, (secret) => users(secret, all), { now: this.context.now(), namespaces: this.allNamespaces }));
    return exitCodes.ok;
  }
}
