// The engine's streams: output of containers with two streams in one, and lines of JSON that tell progress.
import type { Readable } from 'node:stream';
import { EngineError } from './errors.ts';

export interface Piece {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const headerBytes = 8;
/** The engine cuts what a container writes into pieces of 16 KiB; what claims to be longer is no such stream. */
const longestPiece = 16 << 20;
const longestLine = 1 << 20;

/** Takes apart what a container without a terminal writes: each piece has a header with its stream and its length. */
export async function* pieces(body: Readable): AsyncGenerator<Piece> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= headerBytes) {
      const length = rest.readUInt32BE(4);
      if (length > longestPiece) throw new EngineError('reading the output of a container: the engine sent something else', { status: 0 });
      if (rest.length < headerBytes + length) break;
      yield { stream: rest[0] === 2 ? 'stderr' : 'stdout', bytes: rest.subarray(headerBytes, headerBytes + length) };
      rest = rest.subarray(headerBytes + length);
    }
  }
}

/** The values of a stream of JSON lines. */
export async function* jsonLines(body: Readable): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let rest = '';
  const decoder = new TextDecoder();
  const values = (lines: readonly string[]): readonly Readonly<Record<string, unknown>>[] =>
    lines.flatMap((line) => {
      try {
        const value: unknown = line.trim() === '' ? undefined : JSON.parse(line);
        return typeof value === 'object' && value !== null ? [value as Readonly<Record<string, unknown>>] : [];
      } catch {
        return [];
      }
    });
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    yield* values(lines);
  }
  yield* values([rest]);
}
