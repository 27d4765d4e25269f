// A stream of bytes as JSON values, one per line; bounded, and deaf to what is broken.

/** A longer line is dropped: it can't be waited for without end. */
const maxLineBytes = 8 * 1024 * 1024;

/** An empty line (a heartbeat) and one that is no JSON are undefined. */
export async function* jsonLines(body: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      size += end - from;
      if (size <= maxLineBytes) parts.push(chunk.subarray(from, end));
      yield size <= maxLineBytes ? parse(Buffer.concat(parts).toString('utf8')) : undefined;
      parts = [];
      size = 0;
      from = end + 1;
    }
    size += chunk.length - from;
    if (size <= maxLineBytes) parts.push(chunk.subarray(from));
    else parts = [];
  }
  if (size > 0 && size <= maxLineBytes) yield parse(Buffer.concat(parts).toString('utf8'));
}

function parse(line: string): unknown {
  try {
    return line.trim() === '' ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}
