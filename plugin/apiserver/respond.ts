// Sends answers: JSON (YAML for who asks for nothing else), warnings, and the Status of a refusal.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../proxy/telemetry/log.ts';
import type { JsonObject } from './json.ts';
import { ApiError, internal } from './status.ts';

const mostWarnings = 4096;

function warningHeaders(warnings: readonly string[]): readonly string[] {
  let size = 0;
  const made = [...new Set(warnings)].map((warning) => `299 - ${JSON.stringify(warning.replaceAll(/[^\x20-\x7e]/g, '?'))}`);
  return made.filter((header) => (size += header.length) <= mostWarnings);
}

export function sendText(response: ServerResponse, code: number, type: string, text: string | Buffer): void {
  const body = typeof text === 'string' ? Buffer.from(text) : text;
  response.writeHead(code, { 'content-type': type, 'cache-control': 'no-cache, private', 'content-length': body.length, 'x-content-type-options': 'nosniff' });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

export async function sendObject(request: IncomingMessage, response: ServerResponse, answer: { readonly code: number; readonly body: JsonObject; readonly warnings?: readonly string[] }): Promise<void> {
  if (answer.warnings?.length) response.setHeader('warning', warningHeaders(answer.warnings));
  if (/^application\/yaml\b/.test(request.headers.accept ?? '')) {
    const { stringify } = await import('yaml');
    return sendText(response, answer.code, 'application/yaml', stringify(answer.body, { aliasDuplicateObjects: false }));
  }
  sendText(response, answer.code, 'application/json', `${JSON.stringify(answer.body)}\n`);
}

/** Whatever went wrong becomes a Status; what nobody foresaw is logged here and named no further. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: unknown, log: Logger): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known = refusal(error);
  if (!known) log.error('answering a request', { method: request.method, path: (request.url ?? '').split('?')[0], error });
  if (known?.warnings.length) response.setHeader('warning', warningHeaders(known.warnings));
  const status = known ?? internal('see the log of the API server');
  // The rest of a refused body is read and thrown away (the request's time limit bounds that), or the next request on this connection waits behind it.
  if (!request.complete) request.resume();
  if (status.code === 401) response.setHeader('www-authenticate', 'Certificate');
  sendText(response, status.code, 'application/json', `${JSON.stringify(status.body())}\n`);
}

const noSpace = 'free some space in the data folder and try again';
const badDisk = 'look at the disk of the data folder';
/** Errors of the disk, and what to do about them. */
const storage = new Map([['ENOSPC', noSpace], ['EDQUOT', noSpace], ['EFBIG', noSpace], ['EIO', badDisk], ['EROFS', badDisk]]);

function refusal(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  const code = (error as { code?: string } | undefined)?.code ?? '';
  const todo = storage.get(code);
  if (todo !== undefined) return internal(`the write could not be stored: ${code}; ${todo}`);
  return undefined;
}
