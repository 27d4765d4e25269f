// `kubectl clrk agents get`: one agent in full.
import { Option } from 'clipanion';
import type { DaemonAgent } from '../../../operator/api/daemon-agent.ts';
import type { Kube, KubeObject } from '../../../operator/kube/kube.ts';
import { exitCodes } from '../../exit.ts';
import type { Output } from '../../output/format.ts';
import { ReadCommand } from '../../read-command.ts';

export class AgentsGet extends ReadCommand {
  static override paths = [['agents', 'get'], ['agent', 'get']];
  static override usage = {
    category: 'Agents',
    description: 'Show one agent: phase, revisions, runtime, egress, conditions',
    details: 'With --watch it is a row of the list, and another one for every change.',
    examples: [
      ['An agent of the dev session', '$0 agents get echo-bot --local'],
      ['As the server has it', '$0 agents get echo-bot -o yaml'],
      ['One thing of it', "$0 agents get echo-bot -o jsonpath='{.status.phase}'"],
      ['Every change, until Ctrl-C', '$0 agents get echo-bot -w'],
    ] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });

  async execute(): Promise<number> {
    const output = await this.readOutput();
    const { kube, namespace } = await this.cluster();
    const { findAgent } = await import('../../agent.ts');
    try {
      const agent = await findAgent(kube, namespace, this.name);
      if (output.kind === 'table' && !this.watch) await this.facts(kube, agent);
      else await this.rows(kube, agent, output);
    } finally {
      kube.close();
    }
    return exitCodes.ok;
  }

  private async facts(kube: Kube, agent: KubeObject): Promise<void> {
    const [{ agentFacts }, { refusingPolicies }] = await Promise.all([import('../../format/agents.ts'), import('../../agent-policies.ts')]);
    const shown = agent as unknown as DaemonAgent;
    this.print(agentFacts(shown, this.context.now(), await refusingPolicies(kube, shown)));
  }

  private async rows(kube: Kube, agent: KubeObject, output: Output): Promise<void> {
    const [{ daemonAgents }, { agentTable }] = await Promise.all([import('../../../operator/kube/resources.ts'), import('../../format/agents.ts')]);
    const { namespace = '', name, resourceVersion = '' } = agent.metadata;
    const printer = await this.printer(output, agentTable({ now: this.context.now, wide: output.kind === 'table' && output.wide, namespaces: false }));
    this.beginWatch();
    await this.write(printer.one(agent));
    if (this.watch) await this.printChanges(kube, daemonAgents, { namespace, fieldSelector: `metadata.name=${name}`, resourceVersion }, printer);
  }
}
