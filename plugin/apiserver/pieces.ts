// Sends a long list piece by piece: its whole text never stands in memory, and other requests get their turn in between.
import type { ServerResponse } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { list, type JsonObject } from './json.ts';

/** Characters that are made, packed and sent at a time. */
const pieceLength = 256 * 1024;

/** The JSON text of a list or a table as one line, its items or rows last: yields all pieces but the last, which it returns. A short text is one piece. */
export function* piecesOf(body: JsonObject): Generator<string, string> {
  const name = ['items', 'rows'].find((one) => Array.isArray(body[one]));
  if (name === undefined) return `${JSON.stringify(body)}\n`;
  const { [name]: all, ...head } = body;
  let piece = `${JSON.stringify(head).slice(0, -1)},"${name}":[`;
  for (const [index, item] of list(all).entries()) {
    piece += `${index > 0 ? ',' : ''}${JSON.stringify(item)}`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  return `${piece}]}\n`;
}

function* withLast(first: string, pieces: Generator<string, string>): Generator<string> {
  yield first;
  yield yield* pieces;
}

/** Answers when the client has it all or is gone; the headers but for the packing are the caller's. */
export async function sendPieces(response: ServerResponse, first: string, pieces: Generator<string, string>, packed: boolean): Promise<void> {
  const through: Transform[] = packed ? [createGzip({ level: 1 })] : [];
  try {
    await pipeline([Readable.from(withLast(first, pieces)), ...through, response]);
  } catch {
    // The client went away in the middle: there is nobody left to tell.
    response.destroy();
  }
}
