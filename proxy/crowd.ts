// Keeps one address from taking all connections of a server, so that others are not kept out by it.
import type { Server } from 'node:net';

/** Further connections from an address that has `max` open are closed at once. Counts from the first packet, before any handshake. */
export function limitEachAddress(server: Server, max: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const from = socket.remoteAddress ?? '';
    const count = (open.get(from) ?? 0) + 1;
    open.set(from, count);
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1;
      if (left > 0) open.set(from, left);
      else open.delete(from);
    });
    if (count > max) socket.destroy();
  });
}
