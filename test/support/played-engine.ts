// A program that plays a Docker engine, on a socket of its own, and answers what a test wants.
import type { ExecutionContext } from 'ava';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Path of its socket. */
export async function played(t: ExecutionContext, answer: Parameters<typeof createServer>[1]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-engine-'));
  const socket = join(folder, 'docker.sock');
  const server: Server = createServer(answer ?? (() => undefined));
  await new Promise<void>((resolve) => { server.listen(socket, resolve); });
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return socket;
}
