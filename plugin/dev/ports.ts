// Finds ports of 127.0.0.1 for the session: the ones of last time if they are free, else any.
import { createServer, type AddressInfo } from 'node:net';
import { UserError } from '../exit.ts';

/** Binds and lets go again: what was free a moment ago almost surely still is, and who loses the race says so when it starts. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}

/** The preferred port if it is free, else a free one. */
export async function freePort(preferred: number | undefined): Promise<number> {
  const kept = preferred === undefined ? undefined : await tryPort(preferred);
  const port = kept ?? (await tryPort(0));
  if (port === undefined) throw new UserError('no port of 127.0.0.1 is free', ['close programs that hold many connections, then try again']);
  return port;
}

/** The port that the person asked for, or an error that says that it is taken. */
export async function requirePort(port: number): Promise<number> {
  const bound = await tryPort(port);
  if (bound !== undefined) return bound;
  const why = port < 1024 && process.getuid?.() !== 0 ? 'needs root, or another program has it' : 'is taken by another program';
  throw new UserError(`--port ${port} ${why}`, [`see who has it: ss -ltnp 'sport = :${port}'`, 'leave --port out, and a free one is found']);
}

/** Opens a listener on the preferred port, or on any where another program has that one. */
export async function onPort<T>(preferred: number | undefined, listen: (port: number) => Promise<T>): Promise<T> {
  try {
    return await listen(preferred ?? 0);
  } catch (error) {
    if (preferred === undefined || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return listen(0);
  }
}
