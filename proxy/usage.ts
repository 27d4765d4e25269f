// Reads token usage and the response's model from JSON and event streams, incrementally and within bounds.

export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly model?: string;
}

/** A line beyond this cannot be a usage event; it is skipped, not kept. */
const maxLineBytes = 1_048_576;

/** Usage of one JSON value of any known provider: a whole reply, or one event of a stream. */
export function usageOf(value: unknown): Usage {
  const top = record(value);
  // Anthropic nests the first event under `message`, OpenAI's Responses API its last one under `response`.
  const inner = record(top['message'] ?? top['response']);
  const usage = { ...record(inner['usage']), ...record(top['usage']), ...record(top['usageMetadata']) };
  const inputTokens = count(usage['input_tokens'] ?? usage['prompt_tokens'] ?? usage['promptTokenCount'] ?? usage['inputTokens']);
  const outputTokens = count(usage['output_tokens'] ?? usage['completion_tokens'] ?? usage['candidatesTokenCount'] ?? usage['outputTokens']);
  const model = top['model'] ?? inner['model'] ?? top['modelVersion'];
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(typeof model === 'string' && model.length <= 256 ? { model } : {}),
  };
}

/** Usage of a whole JSON reply; of one that is cut off at its start only what its tail says. */
export function usageOfJson(body: Buffer): Usage {
  try {
    return usageOf(JSON.parse(body.toString('utf8')));
  } catch {
    return {};
  }
}

/**
 * Usage of an event stream, chunk by chunk. A chunk that cannot concern usage costs one search: parsing every event
 * costs twenty times as much.
 */
export class UsageScanner {
  #rest: Buffer = Buffer.alloc(0);
  #skipping = false;
  #usage: Usage = {};

  get usage(): Usage {
    return this.#usage;
  }

  add(chunk: Buffer): void {
    const lastBreak = chunk.lastIndexOf(newline);
    if (lastBreak === -1) {
      this.#hold(chunk);
      return;
    }
    const firstBreak = chunk.indexOf(newline);
    if (this.#skipping) this.#skipping = false;
    else this.#line(this.#rest.length === 0 ? chunk.subarray(0, firstBreak) : Buffer.concat([this.#rest, chunk.subarray(0, firstBreak)]));
    this.#rest = Buffer.alloc(0);
    if (lastBreak > firstBreak) this.#lines(chunk.subarray(firstBreak + 1, lastBreak));
    this.#hold(chunk.subarray(lastBreak + 1));
  }

  #hold(part: Buffer): void {
    if (this.#skipping || part.length === 0) return;
    if (this.#rest.length + part.length > maxLineBytes) {
      this.#rest = Buffer.alloc(0);
      this.#skipping = true;
    } else this.#rest = Buffer.concat([this.#rest, part]);
  }

  #lines(lines: Buffer): void {
    if (!this.#concerns(lines)) return;
    let at = 0;
    while (at <= lines.length) {
      const end = lines.indexOf(newline, at);
      this.#line(lines.subarray(at, end === -1 ? lines.length : end));
      if (end === -1) return;
      at = end + 1;
    }
  }

  #line(line: Buffer): void {
    if (!this.#concerns(line)) return;
    const text = line.toString('utf8');
    // Event streams mark their data; newline-delimited JSON (Gemini) is data alone.
    const json = text.startsWith('data:') ? text.slice(5) : text;
    if (!json.trimStart().startsWith('{')) return;
    try {
      this.#usage = { ...this.#usage, ...usageOf(JSON.parse(json)) };
    } catch {
      // Not JSON after all: it says nothing about usage.
    }
  }

  #concerns(bytes: Buffer): boolean {
    return bytes.includes('"usage') || (this.#usage.model === undefined && bytes.includes('"model'));
  }
}

const newline = 0x0a;

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
