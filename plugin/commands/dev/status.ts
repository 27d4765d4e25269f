// `kubectl clrk dev status`: how the parts of the dev session are.
import { Option } from 'clipanion';
import { isEnum } from 'typanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';

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

  output = Option.String('-o,--output', { description: '`FORMAT`: json', validator: isEnum(['json'] as const) });

  async execute(): Promise<number> {
    const [{ lastSession }, { componentsOf, statusTable, statusJson }] = await Promise.all([import('../../dev/look/session.ts'), import('../../dev/look/status.ts')]);
    const session = lastSession(this.stateDir);
    const components = await componentsOf(session, this.context);
    const now = this.context.now();
    this.print(this.output === 'json' ? statusJson(components, now) : statusTable(components, now));
    if (!session.isRunning) this.warn('no dev session runs now: this is what the last one left');
    return exitCodes.ok;
  }
}
