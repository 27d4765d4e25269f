// Sends a long list piece by piece: its whole text never stands in memory, and other requests get their turn in between.
import type { ServerResponse } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { JsonObject } from './json.ts';

/** Characters that are made, packed and sent at a time. */
const pieceLength = 256 * 1024;
/** Shorter lists go out in one go, with their length. */
const leastItems = 500;

export const isLong = (body: JsonObject): body is JsonObject & { readonly items: readonly unknown[] } => Array.isArray(body['items']) && body['items'].length >= leastItems;

/** The JSON text of a list, its items last, as one line. */
export function* piecesOf({ items, ...head }: JsonObject & { readonly items: readonly unknown[] }): Generator<string> {
  let piece = `${JSON.stringify(head).slice(0, -1)},"items":[`;
  for (const [index, item] of items.entries()) {
    piece += `${index > 0 ? ',' : ''}${JSON.stringify(item)}`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]}\n`;
}

/** Answers when the client has it all or is gone; the headers but for the packing are the caller's. */
export async function sendPieces(response: ServerResponse, body: JsonObject & { readonly items: readonly unknown[] }, packed: boolean): Promise<void> {
  const through: Transform[] = packed ? [createGzip({ level: 1 })] : [];
  try {
    await pipeline([Readable.from(piecesOf(body)), ...through, response]);
  } catch {
    // The client went away in the middle: there is nobody left to tell.
    response.destroy();
  }
}
