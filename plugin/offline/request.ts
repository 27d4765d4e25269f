// Reads the body of a Messages call: what the stand-in needs of it, or the provider's own complaint about it.
import { refusal, type Refusal } from './refusals.ts';

export interface MessagesRequest {
  readonly model: string;
  readonly maxTokens: number;
  readonly stream: boolean;
  readonly stopSequences: readonly string[];
  readonly turns: readonly Turn[];
  /** Everything else that is read as input: the system prompt and the tools. */
  readonly preamble: readonly string[];
}

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

const deepest = 64;
const mostTurns = 100_000;

const invalid = (message: string): Refusal => refusal('invalid_request_error', message);
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** How deep brackets nest, strings left out; counted before parsing, since a body of brackets alone costs fifty times its size as objects. */
function depth(body: string): number {
  let open = 0;
  let most = 0;
  for (let at = 0; at < body.length && most <= deepest; at += 1) {
    const character = body[at];
    if (character === '"') {
      at += 1;
      while (at < body.length && body[at] !== '"') at += body[at] === '\\' ? 2 : 1;
    } else if (character === '{' || character === '[') {
      open += 1;
      most = Math.max(most, open);
    } else if (character === '}' || character === ']') open -= 1;
  }
  return most;
}

function parsed(body: string): { readonly json: Json } | Refusal {
  if (depth(body) > deepest) return invalid(`The request body nests more than ${deepest} levels deep`);
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? { json: value } : invalid('The request body is not a JSON object');
  } catch {
    return invalid('The request body is not valid JSON');
  }
}

/** Text of a `content` or `system` field: a string, or blocks of text, tool use and tool results. */
function textOf(content: unknown, path: string): string | Refusal {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return invalid(`${path}: Input should be a valid string or a valid list`);
  const parts: string[] = [];
  for (const [index, block] of (content as readonly unknown[]).entries()) {
    const at = `${path}.${index}`;
    if (!isObject(block) || typeof block['type'] !== 'string') return invalid(`${at}.type: Field required`);
    if (block['type'] === 'text') {
      if (typeof block['text'] !== 'string') return invalid(`${at}.text.text: Field required`);
      parts.push(block['text']);
    } else if (block['type'] === 'tool_use' || block['type'] === 'tool_result') parts.push(JSON.stringify(block));
    else return invalid(`${at}.type: the offline stand-in reads text, tool_use and tool_result, not '${block['type'].slice(0, 40)}'`);
  }
  return parts.join('\n');
}

function turnsOf(messages: unknown): readonly Turn[] | Refusal {
  if (messages === undefined) return invalid('messages: Field required');
  if (!Array.isArray(messages)) return invalid('messages: Input should be a valid list');
  if (messages.length === 0) return invalid('messages: at least one message is required');
  if (messages.length > mostTurns) return invalid(`messages: at most ${mostTurns} messages are allowed`);
  const turns: Turn[] = [];
  for (const [index, message] of (messages as readonly unknown[]).entries()) {
    const path = `messages.${index}`;
    if (!isObject(message)) return invalid(`${path}: Input should be a valid dictionary`);
    const { role, content } = message;
    if (role === undefined) return invalid(`${path}.role: Field required`);
    if (role !== 'user' && role !== 'assistant') return invalid(`${path}.role: Input should be 'user' or 'assistant'`);
    if (content === undefined) return invalid(`${path}.content: Field required`);
    const text = textOf(content, `${path}.content`);
    if (typeof text !== 'string') return text;
    if (text === '') return invalid(`${path}: all messages must have non-empty content`);
    turns.push({ role, text });
  }
  return turns;
}

function stopsOf(value: unknown): readonly string[] | Refusal {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > 64) return invalid('stop_sequences: Input should be a list of at most 64 strings');
  const stops = value as readonly unknown[];
  if (!stops.every((stop) => typeof stop === 'string' && stop.trim() !== '')) {
    return invalid('stop_sequences: each stop sequence must contain non-whitespace');
  }
  return stops as readonly string[];
}

function preambleOf(body: Json): readonly string[] | Refusal {
  const { system, tools } = body;
  const preamble: string[] = [];
  if (system !== undefined) {
    const text = textOf(system, 'system');
    if (typeof text !== 'string') return text;
    preamble.push(text);
  }
  if (tools !== undefined) {
    if (!Array.isArray(tools)) return invalid('tools: Input should be a valid list');
    for (const tool of tools as readonly unknown[]) preamble.push(JSON.stringify(tool));
  }
  return preamble;
}

/** The typed request, or the first thing that is wrong with it. */
export function readMessagesRequest(bytes: string): MessagesRequest | Refusal {
  const body = parsed(bytes);
  return 'refused' in body ? body : checked(body.json);
}

function checked(body: Json): MessagesRequest | Refusal {
  const { model, max_tokens: maxTokens, stream } = body;
  if (model === undefined) return invalid('model: Field required');
  if (typeof model !== 'string') return invalid('model: Input should be a valid string');
  if (maxTokens === undefined) return invalid('max_tokens: Field required');
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens)) return invalid('max_tokens: Input should be a valid integer');
  if (maxTokens < 1) return invalid('max_tokens: Input should be greater than or equal to 1');
  if (stream !== undefined && typeof stream !== 'boolean') return invalid('stream: Input should be a valid boolean');
  const turns = turnsOf(body['messages']);
  if ('refused' in turns) return turns;
  const stopSequences = stopsOf(body['stop_sequences']);
  if ('refused' in stopSequences) return stopSequences;
  const preamble = preambleOf(body);
  if ('refused' in preamble) return preamble;
  if (!/^claude-[a-z0-9.@-]{1,80}$/i.test(model)) return refusal('not_found_error', `model: ${model.slice(0, 100)}`);
  return { model, maxTokens, stream: stream === true, stopSequences, turns, preamble };
}
