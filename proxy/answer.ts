// Tells the agent a refusal, so that it reads our words and not a reset.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Dialect } from './providers/list.ts';
import { refusalBody, refusals, type Refused } from './refusals.ts';
import { discardBody } from './upload.ts';

/** What of an unwanted body is read before the connection is closed. */
const patience = { bytes: 1_048_576, ms: 500 };

/** Answers a request that Node has parsed. */
export async function answerRefusal(request: IncomingMessage, response: ServerResponse, refused: Refused, dialect: Dialect): Promise<void> {
  if (response.headersSent) {
    // Too late for words: the agent must see that the answer is cut, and not take the half for the whole.
    response.destroy();
    return;
  }
  // A client that still waits for 100-continue sends nothing; one whose framing is broken sends nothing readable.
  const isSending = !request.complete && refused.code !== 'bad_request' && request.headers.expect === undefined;
  if (isSending) await discardBody(request, patience.bytes, patience.ms);
  if (response.headersSent || response.destroyed) return;
  const body = refusalBody(refused, dialect);
  response.sendDate = true;
  response.writeHead(refusals[refused.code].status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-clrk-refusal': refused.code,
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(body);
}

/** Answers bytes that are no request, straight onto the connection, and closes it. */
export function answerRaw(socket: Socket, refused: Refused, dialect: Dialect): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status } = refusals[refused.code];
  const body = refusalBody(refused, dialect);
  socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nx-clrk-refusal: ${refused.code}\r\nconnection: close\r\n\r\n${body}`);
  // Who does not read does not keep the connection.
  setTimeout(() => socket.destroy(), 1000).unref();
}

/** After the answer: what the agent still sends is read for a moment, then the connection goes. */
export async function closeAfter(request: IncomingMessage): Promise<void> {
  if (request.complete || request.socket.destroyed) return;
  await discardBody(request, patience.bytes, patience.ms);
  if (!request.complete) request.socket.destroy();
}
