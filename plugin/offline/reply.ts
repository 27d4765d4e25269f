// Writes the stand-in's answer to a Messages call: the same text and the same counts for the same request, whole or as a stream.
import type { MessagesRequest } from './request.ts';
import { tokenCount, tokens } from './tokens.ts';

export interface Reply {
  readonly id: string;
  readonly model: string;
  /** The text, in the pieces that are counted as output tokens and streamed one by one. */
  readonly pieces: readonly string[];
  readonly stop: { readonly reason: 'end_turn' | 'max_tokens' | 'stop_sequence'; readonly sequence: string | null };
  readonly inputTokens: number;
}

/** What a turn costs beyond its text: its role and its frame. */
const tokensPerTurn = 4;
const longestQuote = 400;

/** Input is counted by one rule: the tokens of every text, and four for each turn. */
export function inputTokens(request: MessagesRequest): number {
  const ofTurns = request.turns.reduce((sum, turn) => sum + tokensPerTurn + tokenCount(turn.text), 0);
  return request.preamble.reduce((sum, text) => sum + tokenCount(text), ofTurns);
}

function echo(request: MessagesRequest): string {
  const last = request.turns.findLast((turn) => turn.role === 'user') ?? request.turns[0];
  const said = (last?.text ?? '').replaceAll(/\s+/g, ' ').trim();
  const quote = said.length > longestQuote ? `${said.slice(0, longestQuote)}...` : said;
  return `You said: "${quote}". This is the offline stand-in for ${request.model}; no model was asked.`;
}

/** Cuts at the first stop sequence, then at the token limit, as the provider does. */
export function reply(request: MessagesRequest, id: string): Reply {
  const whole = echo(request);
  const stops = request.stopSequences.map((sequence) => ({ sequence, at: whole.indexOf(sequence) })).filter(({ at }) => at >= 0);
  const first = stops.toSorted((a, b) => a.at - b.at)[0];
  const pieces = tokens(first ? whole.slice(0, first.at) : whole);
  const isCut = pieces.length > request.maxTokens;
  return {
    id,
    model: request.model,
    pieces: isCut ? pieces.slice(0, request.maxTokens) : pieces,
    stop: isCut ? { reason: 'max_tokens', sequence: null }
      : first ? { reason: 'stop_sequence', sequence: first.sequence } : { reason: 'end_turn', sequence: null },
    inputTokens: inputTokens(request),
  };
}

function message(answer: Reply, state: { readonly text?: string; readonly isDone: boolean; readonly outputTokens: number }): object {
  return {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content: state.text === undefined ? [] : [{ type: 'text', text: state.text }],
    stop_reason: state.isDone ? answer.stop.reason : null,
    stop_sequence: state.isDone ? answer.stop.sequence : null,
    usage: {
      input_tokens: answer.inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: state.outputTokens,
      service_tier: 'standard',
    },
  };
}

export function wholeMessage(answer: Reply): string {
  return JSON.stringify(message(answer, { text: answer.pieces.join(''), isDone: true, outputTokens: answer.pieces.length }));
}

/** The same answer as server-sent events, one for each token; `output_tokens` of the last one is the whole count. */
export function* messageEvents(answer: Reply): Generator<string> {
  const event = (type: string, fields: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  yield event('message_start', { message: message(answer, { isDone: false, outputTokens: answer.pieces.length > 0 ? 1 : 0 }) });
  yield event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  yield event('ping', {});
  for (const text of answer.pieces) yield event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  yield event('content_block_stop', { index: 0 });
  yield event('message_delta', {
    delta: { stop_reason: answer.stop.reason, stop_sequence: answer.stop.sequence },
    usage: { output_tokens: answer.pieces.length },
  });
  yield event('message_stop', {});
}
