// The help page, made from the table of keys.
import { bindings } from '../keys.ts';
import { pair, section, type Row } from './rows.ts';

export const helpRows: readonly Row[] = [
  { text: 'Each call of an agent is one line in otel-logs, one span in otel-traces.' },
  { text: 'To see that the agent never held the key, press 4, then enter on a span:' },
  { text: 'the call returned 200, so the provider was given a valid key, and' },
  { text: 'http.request.header.x-api-key reads [redacted].' },
  ...section('keys', bindings.map(({ keys, help }) => pair(keys.join(' '), help))),
  ...section('glyphs', [pair('●', 'ready, up', 'good'), pair('◐', 'starting', 'warning'), pair('✕', 'error, crash loop', 'bad'), pair('◌', 'pending', 'quiet'), pair('↻2', 'restarted twice')]),
];
