// Carries connections from a port of one network namespace to a port of another, by way of a socket file, which knows no networks.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Place {
  /** A process in that network; without it our own. */
  readonly pid?: number;
  readonly host: string;
  /** 0, to listen: any that is free. */
  readonly port: number;
}

export interface Tunnel {
  /** On which it listens. */
  readonly port: number;
  close(): Promise<void>;
}

const relay = `const { connect, createServer } = require('node:net');
const [listen, target] = process.argv.slice(1).map((text) => JSON.parse(text));
const server = createServer((one) => { const other = connect(target); one.on('error', () => other.destroy()).pipe(other).on('error', () => one.destroy()).pipe(one); })
  .listen(listen, () => console.log(JSON.stringify(server.address())));
process.stdin.on('end', () => process.exit()).resume();`;

async function start(pid: number | undefined, listen: object, target: object): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const node = [process.execPath, '-e', relay, JSON.stringify(listen), JSON.stringify(target)];
  const [command = '', ...words] = pid === undefined ? node : ['nsenter', '--target', String(pid), '--net', ...node];
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => { throw new Error(`nothing listens at ${JSON.stringify(listen)}`); })]);
  return { child, said: String(said[0]) };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
}

/** Listens at `from`, and leads to `to`. */
export async function openTunnel(from: Place, to: Place): Promise<Tunnel> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-tunnel-'));
  const path = join(folder, 'socket');
  const far = await start(to.pid, { path }, { host: to.host, port: to.port });
  const near = await start(from.pid, { host: from.host, port: from.port }, { path });
  return {
    port: (JSON.parse(near.said) as { readonly port: number }).port,
    close: async () => {
      await Promise.all([end(near.child), end(far.child)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
