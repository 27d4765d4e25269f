// Sends answers: JSON or YAML, packed when it is large, warnings, and the Status of a refusal.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Logger } from '../../proxy/telemetry/log.ts';
import type { JsonObject } from './json.ts';
import { forms, piecesOf, sendPieces } from './pieces.ts';
import { ApiError, Nowhere, internal } from './status.ts';

/** Characters of all warnings together; above that each of them is cut short. */
const mostWarnings = 4096;
const longestWarning = 256;

/** A header in the bytes of UTF-8, as Go sends it. */
const warningHeader = (text: string): string => Buffer.from(`299 - "${text.replaceAll(/[\\"]/g, '\\$&')}"`).toString('latin1');

export function warningHeaders(warnings: readonly string[]): readonly string[] {
  // A header cannot hold control characters: such a warning is not sent at all.
  const given = [...new Set(warnings)].filter((warning) => warning !== '' && !/\p{Cc}/u.test(warning)).map((warning) => Array.from(warning));
  const isLong = given.reduce((sum, { length }) => sum + length, 0) > mostWarnings;
  const sent: string[] = [];
  let written = 0;
  for (const letters of given) {
    if (isLong && written >= mostWarnings) break;
    const cut = isLong ? letters.slice(0, longestWarning) : letters;
    written += cut.length;
    sent.push(warningHeader(cut.join('')));
  }
  return sent;
}

/** What is smaller is sent as it is: packing it would cost more than it saves. */
const leastPacked = 128 * 1024;
const pack = promisify(gzip);

export function sendText(response: ServerResponse, code: number, type: string, text: string | Buffer, more: OutgoingHttpHeaders = {}): void {
  const body = typeof text === 'string' ? Buffer.from(text) : text;
  response.writeHead(code, { 'content-type': type, 'cache-control': 'no-cache, private', 'content-length': body.length, 'x-content-type-options': 'nosniff', ...more });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

const takesGzip = (request: IncomingMessage): boolean => String(request.headers['accept-encoding'] ?? '').split(',').some((one) => one.trim() === 'gzip');

/** People read the answers of browsers and curl; who asks for `pretty` decides. */
function isPretty(request: IncomingMessage): boolean {
  const asked = /[?&]pretty=([^&]+)/.exec(request.url ?? '')?.[1];
  return asked === undefined ? /^(?:curl|Wget|Mozilla\/5\.0)/.test(request.headers['user-agent'] ?? '') : /^(?:1|t|T|true|TRUE|True)$/.test(asked);
}

async function sendBody(request: IncomingMessage, response: ServerResponse, code: number, body: JsonObject): Promise<void> {
  const isYaml = /^application\/yaml\b/.test(request.headers.accept ?? '');
  const type = isYaml ? 'application/yaml' : 'application/json';
  const pieces = piecesOf(body, isYaml ? forms.yaml : isPretty(request) ? forms.pretty : forms.line);
  const { done, value: text } = pieces.next();
  if (!done) {
    const packed = takesGzip(request);
    response.writeHead(code, { 'content-type': type, 'cache-control': 'no-cache, private', 'x-content-type-options': 'nosniff', ...(packed && { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }) });
    return request.method === 'HEAD' ? void response.end() : sendPieces(response, text, pieces, packed);
  }
  const bytes = Buffer.from(text);
  if (bytes.length <= leastPacked || !takesGzip(request)) return sendText(response, code, type, bytes);
  sendText(response, code, type, await pack(bytes, { level: 1 }), { 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
}

export async function sendObject(request: IncomingMessage, response: ServerResponse, answer: { readonly code: number; readonly body: JsonObject; readonly warnings?: readonly string[] }): Promise<void> {
  if (answer.warnings?.length) response.setHeader('warning', warningHeaders(answer.warnings));
  await sendBody(request, response, answer.code, answer.body);
}

/** Whatever went wrong becomes a Status; what nobody foresaw is logged here and named no further. */
export async function sendError(request: IncomingMessage, response: ServerResponse, error: unknown, log: Logger): Promise<void> {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known = refusal(error);
  if (!known) log.error('answering a request', { method: request.method, path: (request.url ?? '').split('?')[0], error });
  if (known?.warnings.length) response.setHeader('warning', warningHeaders(known.warnings));
  if (known?.details?.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(known.details.retryAfterSeconds));
  const status = known ?? internal('see the log of the API server');
  // The rest of a refused body is read and thrown away (the request's time limit bounds that), or the next request on this connection waits behind it.
  if (!request.complete) request.resume();
  if (status instanceof Nowhere) return sendText(response, status.code, 'text/plain; charset=utf-8', status.text);
  if (status.code === 401) response.setHeader('www-authenticate', 'Certificate');
  await sendBody(request, response, status.code, status.body());
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
