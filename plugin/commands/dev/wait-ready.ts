// `kubectl clrk dev wait-ready`: returns when the dev session is whole.
import { Option } from 'clipanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes, UserError } from '../../exit.ts';

export class DevWaitReady extends ClrkCommand {
  static override paths = [['dev', 'wait-ready']];
  static override usage = {
    category: 'This machine',
    description: 'Wait until the dev session is ready',
    details: 'Ends with 124 when it is not ready in time, and says what is missing. What passes is told on stderr.',
    examples: [
      ['In a script, after dev was started in the background', '$0 dev wait-ready --timeout 5m'],
    ] as [string, string][],
  };

  timeout = Option.String('--timeout', '2m', { description: 'Give up after this `DURATION`' });
  interval = Option.String('--interval', '1s', { description: 'Look again after this `DURATION`' });

  async execute(): Promise<number> {
    const [{ durationMs }, { waitReady }] = await Promise.all([import('../../dev/request.ts'), import('../../dev/look/wait-ready.ts')]);
    const duration = (flag: string, text: string): number => {
      const found = durationMs(text);
      if (found === undefined) throw new UserError(`${flag} must be a duration above zero, not ${JSON.stringify(text)}`, ['for example 90s, 2m or 1m30s']);
      return found;
    };
    const signal = this.context.interruption();
    const tell = (line: string): void => void this.context.stderr.write(`${line}\n`);
    await waitReady(this.context, { stateDir: this.stateDir, timeoutMs: duration('--timeout', this.timeout), intervalMs: duration('--interval', this.interval), tell, signal });
    this.print('clrk dev ready');
    return exitCodes.ok;
  }
}
