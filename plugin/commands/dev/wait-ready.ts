// `kubectl clrk dev wait-ready`: returns when the dev session is whole.
import { Option } from 'clipanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { waitMs } from '../../go-duration.ts';

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

  timeout = Option.String('--timeout', '2m', { description: 'Give up after this `DURATION`; else 2m' });
  interval = Option.String('--interval', '1s', { description: 'Look again after this `DURATION`; else 1s' });

  async execute(): Promise<number> {
    const limits = { timeoutMs: waitMs('--timeout', this.timeout, 1), intervalMs: waitMs('--interval', this.interval, 1) };
    const { waitReady } = await import('../../dev/look/wait-ready.ts');
    const signal = this.context.interruption();
    const tell = (line: string): void => void this.context.stderr.write(`${line}\n`);
    await waitReady(this.context, { stateDir: this.stateDir, ...limits, tell, signal });
    this.print('clrk dev ready');
    return exitCodes.ok;
  }
}
