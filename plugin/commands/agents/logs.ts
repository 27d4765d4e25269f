// `kubectl clrk agents logs`: what an agent wrote and what it called, from a bounded memory in the operator.
import { Option } from 'clipanion';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { isEnum, isNumber, applyCascade, isInteger, isAtLeast } from 'typanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes, UserError } from '../../exit.ts';
import { coloured } from '../../format/colour.ts';
import { durationMs } from '../../go-duration.ts';

/** Without --tail: what the operator keeps is bounded anyway. */
const newest = 1000;

export class AgentsLogs extends ClrkCommand {
  static override paths = [['agents', 'logs'], ['agent', 'logs']];
  static override usage = {
    category: 'Agents',
    description: 'Print the logs of an agent',
    details: 'Lines that the agent wrote to stderr go to stderr. Characters that could move the cursor are spelled out. The operator keeps the newest lines only; history belongs to your OpenTelemetry back end.',
    examples: [
      ['Follow an agent of the dev session', '$0 agents logs echo-bot -f --local'],
      ['What it complained about in the last ten minutes', '$0 agents logs echo-bot --iostream stderr --since 10m'],
    ] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });
  follow = Option.Boolean('-f,--follow', false, { description: 'Go on until Ctrl-C' });
  tail = Option.String('--tail', { description: '`N` newest lines; 0 or absent: up to 1000', validator: applyCascade(isNumber(), [isInteger(), isAtLeast(0)]) });
  since = Option.String('--since', { description: 'Only lines younger than this `DURATION`, e.g. 90s or 2h' });
  iostream = Option.String('--iostream', { description: 'Only what the agent wrote to this `STREAM`: stdout or stderr', validator: isEnum(['stdout', 'stderr'] as const) });

  async execute(): Promise<number> {
    const since = this.sinceDate();
    const cluster = await this.cluster();
    const { kube, namespace } = cluster;
    const [{ findAgent }, { agentLogs }, { readerOf }, { AgentLogPrinter, ioStream }] = await Promise.all([import('../../agent.ts'), import('../../feeds/agent-logs.ts'), import('../../feeds/reader.ts'), import('../../format/agent-log.ts')]);
    const reader = readerOf(cluster, this.stateDir);
    try {
      const { kind, metadata } = await findAgent(kube, namespace, this.name);
      // Not before: until there is a stream to end, Ctrl-C ends the process itself.
      const signal = this.context.interruption();
      const printer = new AgentLogPrinter(coloured(this.colour, this.context.stdout, this.context.env));
      const request = { kind, namespace, name: metadata.name, tail: this.tail || newest, follow: this.follow, signal, ...(since && { since }), ...(this.iostream && { iostream: this.iostream }) };
      for await (const record of agentLogs(reader, request)) {
        await write(ioStream(record) === 'stderr' ? this.context.stderr : this.context.stdout, printer.line(record), signal);
      }
    } finally {
      reader.close();
      kube.close();
    }
    return exitCodes.ok;
  }

  private sinceDate(): Date | undefined {
    if (this.since === undefined) return undefined;
    const ms = durationMs(this.since);
    if (ms === undefined) throw new UserError(`--since ${JSON.stringify(this.since)} is no duration`, ['write it as 90s, 10m or 2h30m']);
    return new Date(this.context.now().getTime() - ms);
  }
}

/** Waits for a slow reader instead of keeping for it what it has not read. */
async function write(stream: Writable, text: string, signal: AbortSignal): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain', { signal });
  signal.throwIfAborted();
}
