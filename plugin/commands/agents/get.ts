// `kubectl clrk agents get`: one agent in full.
import { Option } from 'clipanion';
import { isEnum } from 'typanion';
import type { DaemonAgent } from '../../../operator/api/daemon-agent.ts';
import { ClrkCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';

export class AgentsGet extends ClrkCommand {
  static override paths = [['agents', 'get'], ['agent', 'get']];
  static override usage = {
    category: 'Agents',
    description: 'Show one agent: phase, revisions, runtime, egress, conditions',
    examples: [
      ['An agent of the dev session', '$0 agents get echo-bot --local'],
      ['As the server has it', '$0 agents get echo-bot -o yaml'],
    ] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });
  output = Option.String('-o,--output', { description: '`FORMAT`: wide, name, json or yaml', validator: isEnum(['wide', 'name', 'json', 'yaml'] as const) });

  async execute(): Promise<number> {
    const { kube, namespace } = await this.cluster();
    const { findAgent } = await import('../../agent.ts');
    try {
      const agent = await findAgent(kube, namespace, this.name);
      if (this.output === undefined || this.output === 'wide') {
        const [{ agentFacts }, { refusingPolicies }] = await Promise.all([import('../../format/agents.ts'), import('../../agent-policies.ts')]);
        const shown = agent as unknown as DaemonAgent;
        this.print(agentFacts(shown, this.context.now(), await refusingPolicies(kube, shown)));
      } else {
        const { printObjects } = await import('../../format/objects.ts');
        this.print(printObjects([agent], this.output));
      }
    } finally {
      kube.close();
    }
    return exitCodes.ok;
  }
}
