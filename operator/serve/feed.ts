// One value that many streams follow: each gets it whole, at once and after every change; a slow one skips to the newest.
import type { ServerResponse } from 'node:http';

export class Feed {
  #line: string | undefined;
  readonly #followers = new Set<() => void>();

  /** Undefined until it was offered for the first time: followers then wait. */
  get line(): string | undefined {
    return this.#line;
  }

  offer(value: unknown): void {
    const line = JSON.stringify(value);
    if (line === this.#line) return;
    this.#line = line;
    for (const follower of this.#followers) follower();
  }

  follow(changed: () => void): () => void {
    this.#followers.add(changed);
    return () => this.#followers.delete(changed);
  }
}

const heartbeatMs = 5000;

/** Answers with the feed, one JSON line for each value and an empty line as heartbeat, until the other side goes. */
export function streamFeed(feed: Feed, response: ServerResponse, ended: () => void): void {
  let sent: string | undefined;
  let clogged = false;
  const send = (): void => {
    if (clogged || feed.line === undefined || feed.line === sent) return;
    sent = feed.line;
    clogged = !response.write(`${sent}\n`);
  };
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  response.on('drain', () => {
    clogged = false;
    send();
  });
  const unfollow = feed.follow(send);
  const heartbeat = setInterval(() => {
    if (!clogged) response.write('\n');
  }, heartbeatMs);
  response.on('close', () => {
    unfollow();
    clearInterval(heartbeat);
    ended();
  });
  send();
}
