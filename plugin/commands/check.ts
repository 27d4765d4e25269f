// `kubectl clrk check`: whether an installation is whole and works, and what to do where it is not.
import { Option } from 'clipanion';
import type { Result } from '../check/result.ts';
import type { Cluster } from '../cluster.ts';
import { ClrkCommand } from '../command.ts';
import { exitCodes, UserError } from '../exit.ts';
import { isOutput, readOutput, valueFormats } from '../output/format.ts';

export class Check extends ClrkCommand {
  static override paths = [['check']];
  static override usage = {
    category: 'Cluster',
    description: 'Check the installation in the cluster of a context',
    details: `
      Looks at the cluster, the kinds, the operator, its rights, the nodes, and at pools, policies and agents; changes nothing. Works on half an
      installation, with few rights (what you may not see is a warning), and says so when the cluster is away. Each line has a code and, where something is wrong, a hint; docs/install.md lists them.

      Ends with 0 where nothing is wrong (warnings are allowed), and 1 where something is, or where nobody answers.
    `,
    examples: [
      ['The current context', '$0 check'],
      ['For a program', '$0 check -o json'],
    ] as [string, string][],
  };

  output = Option.String('-o,--output', { description: 'Print the results as `FORMAT`: json, yaml, jsonpath=TEMPLATE, jsonpath-as-json= or jsonpath-file=', validator: isOutput(valueFormats) });

  async execute(): Promise<number> {
    const output = await readOutput(this.output, this.context);
    const [{ runChecks, connectionResult }, { checksJson, checksText }, { version }] = await Promise.all([import('../check/run.ts'), import('../check/print.ts'), import('../../proxy/telemetry/version.ts')]);
    const results: Result[] = [];
    let cluster: Cluster | undefined;
    try {
      cluster = await this.cluster();
      for await (const result of runChecks({ kube: cluster.kube, version, now: this.context.now() }, cluster.contextName)) results.push(result);
    } catch (error) {
      // No kubeconfig, or one that cannot be used.
      if (cluster !== undefined || !(error instanceof UserError || (error instanceof Error && error.name === 'KubeError'))) throw error;
      results.push(connectionResult(error));
    } finally {
      cluster?.kube.close();
    }
    const { contextName: context = null, kube } = cluster ?? {};
    if (output.kind === 'table') this.print(checksText(results, this.paint('stdout')));
    else if (output.kind === 'json') this.print(checksJson(results, { context, server: kube?.server ?? null }));
    else this.context.stdout.write((await import('../output/printer.ts')).printedValue(JSON.parse(checksJson(results, { context, server: kube?.server ?? null })) as object, output) ?? '');
    return results.some(({ level }) => level === 'bad') ? exitCodes.failed : exitCodes.ok;
  }
}
