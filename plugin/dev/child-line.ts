// Turns a line that a child wrote to stderr into a line for a person.
import { printable } from '../format/printable.ts';

const longestLine = 2000;

function value(field: unknown): string {
  if (typeof field === 'string') return /[\s"=]/.test(field) || field === '' ? JSON.stringify(field) : field;
  return JSON.stringify(field) ?? '';
}

export interface ReadableLine {
  readonly text: string;
  /** What the child itself calls it. */
  readonly gravity: 'none' | 'warn' | 'error';
}

/** A JSON log line becomes `level: message key=value`; what is none stays as it is. */
export function readableLine(line: string): ReadableLine {
  let parsed: unknown;
  try {
    parsed = line.startsWith('{') ? JSON.parse(line) : undefined;
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || typeof (parsed as { msg?: unknown }).msg !== 'string') return { text: printable(line, longestLine), gravity: 'none' };
  const { time: _time, level, component: _component, msg, ...fields } = parsed as Readonly<Record<string, unknown>>;
  const prefix = level === undefined || level === 'info' ? '' : `${String(level)}: `;
  const rest = Object.entries(fields).map(([key, field]) => ` ${key}=${value(field)}`).join('');
  return { text: printable(`${prefix}${String(msg)}${rest}`, longestLine), gravity: level === 'warn' || level === 'error' ? level : 'none' };
}

/** Cuts a stream into lines; a line that never ends is cut where it gets too long. */
export class Lines {
  #rest = '';
  readonly #each: (line: string) => void;

  constructor(each: (line: string) => void) {
    this.#each = each;
  }

  take(chunk: string): void {
    const parts = (this.#rest + chunk).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#each(part.replace(/\r$/, ''));
    if (this.#rest.length > 65_536) this.end();
  }

  end(): void {
    if (this.#rest !== '') this.#each(this.#rest);
    this.#rest = '';
  }
}
