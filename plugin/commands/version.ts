// `kubectl clrk version`: the version of this program, and of the API server when one answers.
import { Option } from 'clipanion';
import { version } from '../../proxy/telemetry/version.ts';
import { ClrkCommand } from '../command.ts';
import { exitCodes, explain } from '../exit.ts';
import { printable } from '../format/printable.ts';
import { isOutput, readOutput, valueFormats } from '../output/format.ts';

export class Version extends ClrkCommand {
  static override paths = [['version']];
  static override usage = {
    category: 'About',
    description: 'Print the version',
    details: "Prints the version of kubectl clrk and of the API server that the flags name. A server that can't be reached is told on stderr and is no error.",
    examples: [
      ['Client and server', '$0 version'],
      ['The client alone; asks nobody', '$0 version --client'],
      ['For a script', '$0 version --client -o jsonpath={.clientVersion.gitVersion}'],
    ] as [string, string][],
  };

  client = Option.Boolean('--client', false, { description: 'Only the version of this program' });
  output = Option.String('-o,--output', { description: '`FORMAT`: json, yaml, jsonpath=TEMPLATE, jsonpath-as-json= or jsonpath-file=', validator: isOutput(valueFormats) });

  async execute(): Promise<number> {
    const output = await readOutput(this.output, this.context);
    if (output.kind === 'table') this.print(`Client Version: v${version}`);
    const server = this.client ? undefined : await this.serverVersion().catch((error: unknown) => {
      this.warn(`no server version: ${explain(error).message}`);
      return undefined;
    });
    if (output.kind === 'table') {
      if (server !== undefined) this.print(`Server Version: ${typeof server['gitVersion'] === 'string' ? printable(server['gitVersion'], 100) : 'unknown'}`);
      return exitCodes.ok;
    }
    const { printedValue } = await import('../output/printer.ts');
    this.context.stdout.write(printedValue({ clientVersion: { gitVersion: `v${version}` }, ...(server === undefined ? {} : { serverVersion: server }) }, output) ?? '');
    return exitCodes.ok;
  }

  private async serverVersion(): Promise<Readonly<Record<string, unknown>>> {
    const { kube } = await this.cluster();
    try {
      const { readText } = await import('../../operator/kube/transport.ts');
      const answer = await kube.request('GET', '/version', { signal: AbortSignal.timeout(5000) });
      return JSON.parse(await readText(kube.server, answer, 64 * 1024)) as Readonly<Record<string, unknown>>;
    } finally {
      kube.close();
    }
  }
}
