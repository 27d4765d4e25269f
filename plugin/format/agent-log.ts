// A log record as `agents logs` prints it: time, who said it, what was said.
import { keys } from '../../proxy/telemetry/keys.ts';
import type { LogLine } from '../../proxy/telemetry/otlp-json.ts';
import { isCall, traceOf } from './log-line.ts';
import { printable } from './printable.ts';

const escape = (code: string, text: string): string => `\u001B[${code}m${text}\u001B[0m`;
const componentColours: Readonly<Record<string, string>> = { worker: '36', 'egress-proxy': '35', 'controller-manager': '34' };
const methodColours: Readonly<Record<string, string>> = { GET: '32', POST: '34', PUT: '34', PATCH: '35', DELETE: '31', HEAD: '36', OPTIONS: '36' };

/** Remembers the widest name so far, so that the texts stand below each other. */
export class AgentLogPrinter {
  #width = 0;
  readonly #colours: boolean;

  constructor(colours: boolean) {
    this.#colours = colours;
  }

  /** `2026-01-02 15:04:05.123  worker[stdout]  text` */
  line(record: LogLine): string {
    const component = printable(text(record.attributes[keys.component] ?? record.resource[keys.component]) || '-', 64);
    const stream = ioStream(record);
    const token = stream === undefined ? component : `${component}[${stream}]`;
    this.#width = Math.max(this.#width, token.length);
    const time = localTime(record.timeUnixMs);
    const trace = isCall(record) ? traceOf(record) : undefined;
    const body = `${printable(record.body, 65_536)}${trace === undefined ? '' : ` trace=${trace.slice(0, 8)}`}`;
    if (!this.#colours) return `${time}  ${token.padEnd(this.#width)}  ${body}\n`;
    return `${escape('2', time)}  ${escape(componentColours[component] ?? '2', token.padEnd(this.#width))}  ${painted(record, body)}\n`;
  }
}

/** Which stream of the agent's process it came from; undefined for what others say about the agent. */
export function ioStream(record: LogLine): 'stdout' | 'stderr' | undefined {
  const stream = record.attributes[keys.ioStream];
  return stream === 'stdout' || stream === 'stderr' ? stream : undefined;
}

// Only records of calls are painted: what the agent itself wrote stays as it is.
function painted(record: LogLine, body: string): string {
  const status = Number(record.attributes[keys.status]);
  if (!Number.isInteger(status) || status < 100 || status > 599) return body;
  const tint = status < 300 ? '32' : status < 400 ? '36' : status < 500 ? '33' : '31';
  return body.replace(/^([A-Z]+) (\S+) (\d{3})\b/, (_, method: string, where: string, code: string) => `${escape(methodColours[method] ?? '2', method)} ${where} ${escape(tint, code)}`);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The date and time in the time zone of whoever looks. */
export function localTime(unixMs: number): string {
  const at = new Date(Math.floor(unixMs));
  if (Number.isNaN(at.getTime())) return '---------- --:--:--.---';
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  return `${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
}
