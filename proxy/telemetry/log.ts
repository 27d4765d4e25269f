// Writes a process's own log: one JSON line per event on stderr.
export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(msg: string, fields?: Fields): void;
  info(msg: string, fields?: Fields): void;
  warn(msg: string, fields?: Fields): void;
  error(msg: string, fields?: Fields): void;
}

export const levels: readonly Level[] = ['debug', 'info', 'warn', 'error'];
const longestField = 4096;

/** Lines below `level` are dropped; without one CLRK_LOG_LEVEL decides, else info. */
export function logger(component: string, stream: { write(line: string): unknown } = process.stderr, level: Level = levelFromEnv()): Logger {
  const least = levels.indexOf(level);
  const at = (name: Level) => (msg: string, fields: Fields = {}): void => {
    if (levels.indexOf(name) < least) return;
    const line: Record<string, unknown> = { time: new Date().toISOString(), level: name, component, msg };
    for (const [key, value] of Object.entries(fields)) if (!(key in line)) line[key] = plain(value);
    stream.write(serialize(line) + '\n');
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function levelFromEnv(): Level {
  return levels.find((l) => l === process.env['CLRK_LOG_LEVEL']) ?? 'info';
}

/** An Error becomes its message and those of its causes: stacks stay at debug level, in the caller's hands. */
function plain(value: unknown): unknown {
  if (value instanceof Error) return clip(messages(value).join(': '));
  return typeof value === 'string' ? clip(value) : value;
}

/** The messages of an error and its causes, outermost first; a cause whose text is already there is left out. */
export function messages(error: unknown): readonly string[] {
  const found: string[] = [];
  let next: unknown = error;
  for (let depth = 0; next !== undefined && next !== null && depth < 8; depth++) {
    const text = next instanceof Error ? next.message || ((next as { code?: string }).code ?? next.name) : String(next);
    if (!found.some((f) => f.includes(text))) found.push(text);
    next = next instanceof Error ? next.cause : undefined;
  }
  return found;
}

function clip(text: string): string {
  return text.length > longestField ? `${text.slice(0, longestField)}...` : text;
}

/** A log call never throws: a circular or hostile value costs its own line its fields, not the process. */
function serialize(line: Record<string, unknown>): string {
  try {
    return JSON.stringify(line, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  } catch {
    return JSON.stringify({ time: line['time'], level: line['level'], component: line['component'], msg: line['msg'] });
  }
}
