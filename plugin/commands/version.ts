// `kubectl clrk version`: the version of this program, and of the API server when one answers.
import { Option } from 'clipanion';
import { version } from '../../proxy/telemetry/version.ts';
import { ClrkCommand } from '../command.ts';
import { exitCodes, explain } from '../exit.ts';

export class Version extends ClrkCommand {
  static override paths = [['version']];
  static override usage = {
    category: 'About',
    description: 'Print the version',
    details: "Prints the version of kubectl clrk and of the API server that the flags name. A server that can't be reached is told on stderr and is no error.",
    examples: [
      ['Client and server', '$0 version'],
      ['The client alone; asks nobody', '$0 version --client'],
    ] as [string, string][],
  };

  client = Option.Boolean('--client', false, { description: 'Only the version of this program' });

  async execute(): Promise<number> {
    this.print(`Client Version: v${version}`);
    if (this.client) return exitCodes.ok;
    try {
      this.print(`Server Version: ${await this.serverVersion()}`);
    } catch (error) {
      this.warn(`no server version: ${explain(error).message}`);
    }
    return exitCodes.ok;
  }

  private async serverVersion(): Promise<string> {
    const { kube } = await this.cluster();
    try {
      const { readText } = await import('../../operator/kube/transport.ts');
      const answer = await kube.request('GET', '/version', { signal: AbortSignal.timeout(5000) });
      const { gitVersion } = JSON.parse(await readText(kube.server, answer)) as { gitVersion?: unknown };
      return typeof gitVersion === 'string' ? gitVersion : 'unknown';
    } finally {
      kube.close();
    }
  }
}
