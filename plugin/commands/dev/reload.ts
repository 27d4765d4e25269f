// `kubectl clrk dev reload`: gives the session's cluster in Docker the images that are there now, and starts the pods anew.
import { Option } from 'clipanion';
import { isEnum } from 'typanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';

export class DevReload extends ClrkCommand {
  static override paths = [['dev', 'reload']];
  static override usage = {
    category: 'This machine',
    description: 'Start the operator or the workers of a dev session in Docker anew',
    details: 'COMPONENT is worker or controller-manager. Images of CLRK that were made anew since are taken in first. Returns when the new pods serve.',
    examples: [
      ['After `npm run images`', '$0 dev reload controller-manager'],
      ['The workers', '$0 dev reload worker'],
    ] as [string, string][],
  };

  component = Option.String({ name: 'COMPONENT', required: true, validator: isEnum(['worker', 'controller-manager'] as const) });
  timeout = Option.String('--timeout', '2m', { description: 'Give up after this `DURATION`; else 2m' });

  async execute(): Promise<number> {
    const [{ lastSession, refuseOther }, { reload }] = await Promise.all([import('../../dev/look/session.ts'), import('../../dev/look/reload.ts')]);
    const session = lastSession(this.stateDir);
    refuseOther(session, 'dev reload');
    await reload(session, this.context, { component: this.component, timeout: this.timeout, signal: this.context.interruption(), tell: (line) => void this.context.stderr.write(`${line}\n`) });
    this.print(`${this.component} reloaded`);
    return exitCodes.ok;
  }
}
