// `kubectl clrk agents list`: the agents of a namespace, or of all.
import { exitCodes } from '../../exit.ts';
import { ListCommand } from '../../read-command.ts';

export class AgentsList extends ListCommand {
  static override paths = [['agents', 'list'], ['agents', 'ls'], ['agent', 'list'], ['agent', 'ls']];
  static override usage = {
    category: 'Agents',
    description: 'List agents',
    examples: [
      ['The agents of the dev session', '$0 agents list --local'],
      ['Everywhere, with image, worker and gateway', '$0 agents list -A -o wide'],
      ['Those of a team, the oldest first', '$0 agents list -l team=blue --sort-by .metadata.creationTimestamp'],
      ['What a script needs of them', "$0 agents list --no-headers -o 'custom-columns=NAME:.metadata.name,PHASE:.status.phase'"],
      ['Every change, until Ctrl-C', '$0 agents list -w'],
    ] as [string, string][],
  };

  async execute(): Promise<number> {
    const output = await this.readOutput();
    const { kube, namespace } = await this.cluster();
    try {
      const [{ daemonAgents }, { agentTable }] = await Promise.all([import('../../../operator/kube/resources.ts'), import('../../format/agents.ts')]);
      const table = agentTable({ now: this.context.now, wide: output.kind === 'table' && output.wide, namespaces: this.allNamespaces });
      await this.show(kube, daemonAgents, namespace, { output, table, what: 'agents' });
    } finally {
      kube.close();
    }
    return exitCodes.ok;
  }
}
