// `kubectl clrk agents list`: the agents of a namespace, or of all.
import { Option } from 'clipanion';
import { isEnum } from 'typanion';
import type { DaemonAgent } from '../../../operator/api/daemon-agent.ts';
import type { KubeObject } from '../../../operator/kube/kube.ts';
import { ClrkCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';

export class AgentsList extends ClrkCommand {
  static override paths = [['agents', 'list'], ['agents', 'ls'], ['agent', 'list'], ['agent', 'ls']];
  static override usage = {
    category: 'Agents',
    description: 'List agents',
    examples: [
      ['The agents of the dev session', '$0 agents list --local'],
      ['Everywhere, with image, worker and gateway', '$0 agents list -A -o wide'],
    ] as [string, string][],
  };

  allNamespaces = Option.Boolean('-A,--all-namespaces', false, { description: 'Of all namespaces' });
  output = Option.String('-o,--output', { description: '`FORMAT`: wide, name, json or yaml', validator: isEnum(['wide', 'name', 'json', 'yaml'] as const) });

  async execute(): Promise<number> {
    const { kube, namespace } = await this.cluster();
    const { daemonAgents } = await import('../../../operator/kube/resources.ts');
    const { items } = await kube.list(daemonAgents, this.allNamespaces ? {} : { namespace }).finally(() => kube.close());
    const agents = items.toSorted((a, b) => order(a) < order(b) ? -1 : 1);
    await this.show(agents, namespace);
    return exitCodes.ok;
  }

  private async show(agents: readonly KubeObject[], namespace: string): Promise<void> {
    if (this.output !== undefined && this.output !== 'wide') {
      const { printObjects, listOf } = await import('../../format/objects.ts');
      return this.print(this.output === 'name' ? printObjects(agents, 'name') : listOf(agents, this.output));
    }
    // As kubectl: no rows are news for a person, and nothing for the program behind the pipe.
    if (agents.length === 0) return void this.context.stderr.write(`No agents found${this.allNamespaces ? '' : ` in namespace "${namespace}"`}.\n`);
    const { agentTable } = await import('../../format/agents.ts');
    this.print(agentTable(agents as unknown as readonly DaemonAgent[], { now: this.context.now(), wide: this.output === 'wide', namespaces: this.allNamespaces }));
  }
}

const order = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}\u0000${metadata.name}`;
