// `kubectl clrk dev logs`: what the components of a dev session in Docker write.
import { Option } from 'clipanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes, UserError } from '../../exit.ts';

export class DevLogs extends ClrkCommand {
  static override paths = [['dev', 'logs']];
  static override usage = {
    category: 'This machine',
    description: 'Show what the components of a dev session in Docker write',
    details: 'Components are the container of the node, controller-manager, worker-0 and egress-proxy; without a name, all of them.',
    examples: [
      ['The operator, and on', '$0 dev logs -f controller-manager'],
      ['The last lines of everything', '$0 dev logs --tail 20'],
    ] as [string, string][],
  };

  component = Option.String({ name: 'COMPONENT', required: false });
  follow = Option.Boolean('-f,--follow', false, { description: 'Go on until Ctrl-C' });
  tail = Option.String('--tail', '100', { description: 'Begin with the last `N` lines; else 100' });

  async execute(): Promise<number> {
    const tail = /^\d{1,6}$/.test(this.tail) ? Number(this.tail) : Number.NaN;
    if (Number.isNaN(tail)) throw new UserError(`--tail must be a number of lines, not ${JSON.stringify(this.tail)}`, ['for example --tail 20']);
    const [{ lastSession, refuseOther, openSessionEngine, siteOfSession, kubeOf }, { sources, chosen, printLogs }] = await Promise.all([import('../../dev/look/session.ts'), import('../../dev/look/logs.ts')]);
    const session = lastSession(this.stateDir);
    refuseOther(session, 'dev logs');
    const signal = this.context.interruption();
    const engine = await openSessionEngine(this.context, signal);
    try {
      const site = siteOfSession(session, engine, this.context);
      // Of a node that is down its own output is all there is, and says why.
      const kube = session.isRunning ? await kubeOf(session) : undefined;
      const all = await sources(site, kube, session.namespace).catch(() => sources(site, undefined, session.namespace));
      await printLogs(chosen(all, this.component), { tail, follow: this.follow, signal }, (line) => this.print(line), (line) => this.warn(line));
      kube?.close();
    } finally {
      await engine.close();
    }
    signal.throwIfAborted();
    return exitCodes.ok;
  }
}
