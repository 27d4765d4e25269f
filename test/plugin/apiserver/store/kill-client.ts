// What the clients of the kill test share: one request, and chance that can be repeated.
import { request, type Agent } from 'node:https';

export type Random = () => number;

/** Secrets, because the server puts a ConfigMap of its own into each namespace. Their values are base64, so every text here is. */
export const collection = '/api/v1/namespaces/default/secrets';

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Reply {
  readonly status: number;
  readonly body: {
    readonly metadata?: { readonly name?: string; readonly resourceVersion?: string };
    readonly data?: { readonly text?: string };
    readonly items?: readonly Reply['body'][];
  };
}

/** Rejects when the connection dies before the whole answer is there. */
export function ask(address: string, agent: Agent, method: string, path: string, body?: unknown): Promise<Reply> {
  const { hostname: host, port } = new URL(address);
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const sent = request({ host, port, agent, method, path, headers }, (answer) => {
      let received = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (received += chunk)).on('error', reject).on('end', () => {
        if (answer.complete) resolve({ status: answer.statusCode ?? 0, body: JSON.parse(received) as Reply['body'] });
        else reject(new Error('the answer was cut off'));
      });
    });
    sent.on('error', reject).end(text);
  });
}
