// `kubectl clrk dev status`: how the parts of the dev session are.
import { Option } from 'clipanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { isOutput, readOutput, valueFormats } from '../../output/format.ts';

export class DevStatus extends ClrkCommand {
  static override paths = [['dev', 'status']];
  static override usage = {
    category: 'This machine',
    description: 'Show how the parts of the dev session are',
    details: 'Of --cluster k3s it shows the container and the pods; of an embedded cluster what can be seen from outside of its processes.',
    examples: [
      ['The session of ~/.clrk', '$0 dev status'],
      ['For a program', '$0 dev status -o json'],
    ] as [string, string][],
  };

  output = Option.String('-o,--output', { description: '`FORMAT`: json, yaml, jsonpath=TEMPLATE, jsonpath-as-json= or jsonpath-file=', validator: isOutput(valueFormats) });

  async execute(): Promise<number> {
    const output = await readOutput(this.output, this.context);
    const [{ lastSession }, { componentsOf, statusTable, statusJson }] = await Promise.all([import('../../dev/look/session.ts'), import('../../dev/look/status.ts')]);
    const session = lastSession(this.stateDir);
    const components = await componentsOf(session, this.context);
    const now = this.context.now();
    if (output.kind === 'table') this.print(statusTable(components, now));
    else if (output.kind === 'json') this.print(statusJson(components, now));
    else this.context.stdout.write((await import('../../output/printer.ts')).printedValue(JSON.parse(statusJson(components, now)) as object, output) ?? '');
    if (!session.isRunning) this.warn('no dev session runs now: this is what the last one left');
    return exitCodes.ok;
  }
}
