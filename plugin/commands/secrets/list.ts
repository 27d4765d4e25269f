// `kubectl clrk secrets list`: names, keys, sizes and users of Secrets; never a value.
import { exitCodes } from '../../exit.ts';
import { ListCommand } from '../../read-command.ts';

export class SecretsList extends ListCommand {
  static override paths = [['secrets', 'list'], ['secrets', 'ls'], ['secret', 'list'], ['secret', 'ls']];
  static override usage = {
    category: 'Secrets',
    description: 'List Secrets with their keys and who uses them; never a value',
    details: 'Where whole objects are printed (-o json, yaml, jsonpath, custom-columns), every value reads [redacted].',
    examples: [
      ['The Secrets of the dev session', '$0 secrets list --local'],
      ['Of all namespaces, by age', '$0 secrets list -A --sort-by .metadata.creationTimestamp'],
      ['Their names', '$0 secrets list -o name'],
    ] as [string, string][],
  };

  async execute(): Promise<number> {
    const output = await this.readOutput();
    const { kube, namespace } = await this.cluster();
    try {
      const [{ secrets }, { policies, users }, { secretTable, withoutValues }] = await Promise.all([import('../../../operator/kube/resources.ts'), import('../../secrets/users.ts'), import('../../format/secrets.ts')]);
      const all = output.kind === 'table' ? await policies(kube, this.allNamespaces ? undefined : namespace) : [];
      const table = secretTable({ now: this.context.now, namespaces: this.allNamespaces, usersOf: (secret) => users(secret, all) });
      await this.show(kube, secrets, namespace, { output, table, what: 'secrets', ...(output.kind === 'table' ? {} : { seen: withoutValues }) });
    } finally {
      kube.close();
    }
    return exitCodes.ok;
  }
}
