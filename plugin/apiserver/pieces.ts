// Sends a long list piece by piece: its whole text never stands in memory, and other requests get their turn in between.
import type { ServerResponse } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { list, type JsonObject } from './json.ts';
import { yamlItem, yamlText } from './rest/yaml-text.ts';

/** Characters that are made, packed and sent at a time. */
const pieceLength = 256 * 1024;

/** How a list or a table is written: what is before its items or rows, each of them, what is behind. */
interface Form {
  readonly whole: (body: JsonObject) => string;
  readonly around: (rest: JsonObject, name: string) => readonly [before: string, after: string];
  readonly item: (item: unknown, isFirst: boolean) => string;
}

const yamlOf = (rest: JsonObject, isThere: (key: string) => boolean): string => {
  const keys = Object.keys(rest).filter(isThere);
  return keys.length === 0 ? '' : yamlText(Object.fromEntries(keys.map((key) => [key, rest[key]])));
};

export const forms = {
  line: {
    whole: (body) => `${JSON.stringify(body)}\n`,
    around: (rest, name) => [`${JSON.stringify(rest).slice(0, -1)},"${name}":[`, ']}\n'],
    item: (item, isFirst) => `${isFirst ? '' : ','}${JSON.stringify(item)}`,
  },
  pretty: {
    whole: (body) => JSON.stringify(body, null, 2),
    around: (rest, name) => [`${JSON.stringify(rest, null, 2).slice(0, -2)},\n  "${name}": [`, '\n  ]\n}'],
    item: (item, isFirst) => `${isFirst ? '' : ','}\n    ${JSON.stringify(item, null, 2).replaceAll('\n', '\n    ')}`,
  },
  yaml: {
    whole: yamlText,
    around: (rest, name) => [`${yamlOf(rest, (key) => key < name)}${name}:\n`, yamlOf(rest, (key) => key > name)],
    item: yamlItem,
  },
} as const satisfies { readonly [form: string]: Form };

/** The text of an answer: yields all pieces but the last, which it returns. A short text is one piece. */
export function* piecesOf(body: JsonObject, { whole, around, item }: Form): Generator<string, string> {
  const name = ['items', 'rows'].find((one) => list(body[one]).length > 0);
  if (name === undefined) return whole(body);
  const { [name]: all, ...rest } = body;
  const [before, after] = around(rest, name);
  let piece = before;
  for (const [index, one] of list(all).entries()) {
    piece += item(one, index === 0);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  return piece + after;
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
