// The line a person reads for one exchange: the body of its log record.
import type { Usage } from './usage.ts';

interface Summarised {
  readonly method: string;
  readonly authority: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly provider: string | undefined;
  readonly requestModel: string | undefined;
  readonly usage: Usage;
  readonly route: string | undefined;
  /** Why the proxy itself answered; absent where the upstream did. */
  readonly refused?: string | undefined;
  readonly redactor: { text(value: string): string };
}

/** Without the leading time and the trailing trace id, which every viewer adds from the record itself. */
export function summary(record: Summarised): string {
  const fields = [
    `${record.method} ${record.authority}${record.redactor.text(record.path)} ${record.status} ${Math.round(record.durationMs)}ms`,
    `req=${record.requestBytes}B resp=${record.responseBytes}B`,
  ];
  if (record.provider !== undefined) fields.push(`provider=${record.provider}`);
  // The model is the agent's own text: spaces in it would forge fields.
  if (record.requestModel !== undefined) fields.push(`model=${record.requestModel.replace(/[\s\p{Cc}]/gu, '_')}`);
  if ((record.usage.inputTokens ?? 0) > 0) fields.push(`input_tokens=${record.usage.inputTokens}`);
  if ((record.usage.outputTokens ?? 0) > 0) fields.push(`output_tokens=${record.usage.outputTokens}`);
  if (record.route !== undefined) fields.push(`route=${record.route}`);
  if (record.refused !== undefined) fields.push(`refused=${record.refused}`);
  return fields.join(' ');
}
