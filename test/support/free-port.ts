// Finds ports for servers that cannot choose one themselves, or that must come back on the same one.
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that was free a moment ago.
 * Below the range that the kernel hands out by itself, or another test's connection may have taken it by the time that it is used.
 */
export async function freePort(): Promise<number> {
  const port = 15_000 + Math.floor(Math.random() * 15_000);
  const probe = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    probe.on('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return freePort();
  probe.close();
  await once(probe, 'close');
  return port;
}
