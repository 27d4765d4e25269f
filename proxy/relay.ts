// One attempt at the upstream: sends the request, streams the answer back with back-pressure, and can be cancelled.
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher, Pool } from 'undici';
import { DialError } from './dial.ts';
import { areWritable, endToEnd, flatten, valueOf } from './headers.ts';
import type { RefusalCode } from './refusals.ts';

export interface Attempt {
  readonly pool: Pool;
  readonly method: string;
  readonly target: string;
  /** Flat list of names and values, complete. */
  readonly headers: string[];
  readonly body: Buffer | Readable | null;
  readonly response: ServerResponse;
  /** The answer's status and end-to-end headers, before any of it is written. */
  readonly onHead: (status: number, headers: readonly string[]) => void;
  readonly onChunk: (chunk: Buffer) => void;
  /** Nothing more comes from the upstream. What has been written of the response stays as it is. */
  readonly onFailure: (code: RefusalCode) => void;
}

/** Starts the attempt and returns how to cancel it. */
export function relay(attempt: Attempt): () => void {
  const { response } = attempt;
  let controller: Dispatcher.DispatchController | undefined;
  let isCancelled = false;
  let head: { status: number; text: string; headers: string[] } | undefined;
  let first: Buffer | undefined;

  /** The head waits for the first bytes within the same turn of the loop, so that a small reply is one write. */
  const flush = (): void => {
    if (head === undefined || isCancelled) return;
    const { status, text, headers } = head;
    head = undefined;
    response.writeHead(status, text, headers);
    if (first === undefined) response.flushHeaders();
    else write(first);
    first = undefined;
  };
  const write = (chunk: Buffer): void => {
    if (response.write(chunk)) return;
    controller?.pause();
    response.once('drain', () => controller?.resume());
  };
  const cancel = (): void => {
    if (isCancelled) return;
    isCancelled = true;
    controller?.abort(new Error('cancelled'));
  };
  const fail = (code: RefusalCode): void => {
    if (isCancelled) return;
    cancel();
    attempt.onFailure(code);
  };

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (isCancelled) started.abort(new Error('cancelled'));
    },
    onResponseStart(started, status, _parsed, statusText) {
      if (isCancelled || status < 200) return;
      const raw = flatten(started.rawHeaders);
      // With a coding of its own, a length that the upstream sent beside it is not to be believed.
      const headers = endToEnd(raw, valueOf(raw, 'transfer-encoding') === undefined ? [] : ['content-length']);
      if (!areWritable(headers) || status > 599) {
        fail('upstream_garbage');
        return;
      }
      attempt.onHead(status, headers);
      head = { status, text: (statusText ?? '').replace(/[^\t\x20-\x7e]/g, ''), headers };
      process.nextTick(flush);
    },
    onResponseData(_started, chunk) {
      if (isCancelled) return;
      attempt.onChunk(chunk);
      if (head !== undefined && first === undefined) first = chunk;
      else {
        flush();
        write(chunk);
      }
    },
    onResponseEnd() {
      if (isCancelled) return;
      isCancelled = true;
      if (head === undefined) response.end();
      else {
        response.writeHead(head.status, head.text, head.headers);
        response.end(first);
      }
    },
    onResponseError(_started, error) {
      fail(failureCode(error));
    },
  };
  try {
    attempt.pool.dispatch({
      path: attempt.target, method: attempt.method as Dispatcher.HttpMethod, headers: attempt.headers, body: attempt.body, idempotent: false,
      // A server that expects no body here would read it as the next request on the connection: it is told that there is none.
      ...(attempt.body === null || /^(POST|PUT|PATCH)$/.test(attempt.method) ? {} : { reset: true }),
    }, handler);
  } catch {
    fail('internal');
  }
  return cancel;
}

function failureCode(error: Error): RefusalCode {
  if (error instanceof DialError) return error.code;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return 'upstream_garbage';
  // What the agent announced and what it sent differ.
  if (code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') return 'bad_request';
  return error.constructor.name === 'HTTPParserError' ? 'upstream_garbage' : 'upstream_reset';
}
