// `kubectl clrk secrets delete`: removes a Secret and says which policies will refuse calls from now on.
import { Option } from 'clipanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes, UserError } from '../../exit.ts';

export class SecretsDelete extends ClrkCommand {
  static override paths = [['secrets', 'delete'], ['secrets', 'rm'], ['secret', 'delete'], ['secret', 'rm']];
  static override usage = {
    category: 'Secrets',
    description: 'Delete a Secret',
    details: 'Asks nothing. A policy that uses the Secret refuses every call it applies to until the Secret is back: a call never goes out without its credential.',
    examples: [['A Secret of the dev session', '$0 secrets delete anthropic-credentials --local']] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });

  async execute(): Promise<number> {
    const { kube, namespace } = await this.cluster();
    const [{ secrets }, { policies, policiesOf }] = await Promise.all([import('../../../operator/kube/resources.ts'), import('../../secrets/users.ts')]);
    try {
      const { secretNameProblem } = await import('../../secrets/names.ts');
      const problem = secretNameProblem(this.name);
      if (problem !== undefined) throw new UserError(problem);
      const all = await policies(kube, namespace);
      if (!(await kube.remove(secrets, { namespace, name: this.name }))) throw new UserError(`no secret "${this.name}" in namespace "${namespace}"`, ['`kubectl clrk secrets list` shows those that are there']);
      this.print(`secret "${this.name}" deleted`);
      for (const { metadata } of policiesOf({ namespace, name: this.name }, all)) this.warn(`the policy credentialinjectionpolicy/${metadata.name} now refuses the calls that it applies to, until the Secret is back`);
    } finally {
      kube.close();
    }
    return exitCodes.ok;
  }
}
