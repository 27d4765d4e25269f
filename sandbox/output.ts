// Turns what an agent writes to stdout and stderr into log records.
import { Socket } from 'node:net';
import { keys } from '../proxy/telemetry/keys.ts';
import type { Telemetry } from '../proxy/telemetry/otlp.ts';
import type { RuntimeChoice, WorkOrder } from './contract.ts';
import { pipe } from './libc.ts';
import { LineCutter, LineRate } from './lines.ts';

const severity = { info: 9, warn: 13 } as const;

export type Stream = 'stdout' | 'stderr';

/** Log records of one agent. */
export class Output {
  readonly #logger: Telemetry['logger'];
  readonly #attributes: Readonly<Record<string, string>>;
  readonly #rate = new LineRate(performance.now());

  constructor(logger: Telemetry['logger'], order: WorkOrder, runtime: RuntimeChoice['name']) {
    this.#logger = logger;
    this.#attributes = {
      [keys.agentKind]: order.agent.kind,
      [keys.agentNamespace]: order.agent.namespace,
      [keys.agentName]: order.agent.name,
      [keys.agentUid]: order.agent.uid,
      [keys.agentRevision]: order.agent.revision,
      [keys.sandboxId]: order.id,
      [keys.sandboxRuntime]: runtime,
      [keys.imageRef]: order.image,
    };
  }

  line(stream: Stream, text: string): void {
    const { isKept, droppedBefore } = this.#rate.take(performance.now());
    this.#tellDropped(stream, droppedBefore);
    if (isKept) this.#emit(stream, text, severity.info, 'INFO');
  }

  /** Reads from `fd` until its last writer is gone, or until `signal` says that nobody can be left who writes; resolves then. */
  async follow(stream: Stream, fd: number, signal: AbortSignal): Promise<void> {
    const cutter = new LineCutter((text) => this.line(stream, text));
    const socket = new Socket({ fd, readable: true, writable: false, signal });
    await new Promise<void>((resolve) => {
      socket.on('data', (bytes: Buffer) => cutter.write(bytes));
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
    });
    cutter.end();
    this.#tellDropped(stream, this.#rate.rest());
  }

  #tellDropped(stream: Stream, dropped: number): void {
    if (dropped > 0) this.#emit(stream, `[${dropped} lines dropped: the agent wrote faster than its lines are kept]`, severity.warn, 'WARN');
  }

  #emit(stream: Stream, body: string, severityNumber: number, severityText: string): void {
    this.#logger.emit({ body, severityNumber, severityText, attributes: { ...this.#attributes, [keys.ioStream]: stream } });
  }
}

/** A pipe whose write end goes to a process as its stdout or stderr. */
export function outputPipe(): { readonly read: number; readonly write: number } {
  return pipe();
}
