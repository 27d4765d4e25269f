// Lets a port of this machine's localhost be reached at the same place in another network namespace: by way of a socket file, which knows no networks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const relay = `const { connect, createServer } = require('node:net');
const [port, file] = process.argv.slice(1);
createServer((one) => { const other = connect(file); one.on('error', () => other.destroy()).pipe(other).on('error', () => one.destroy()).pipe(one); })
  .listen(Number(port), '127.0.0.1', () => console.log('ready'));
process.stdin.on('end', () => process.exit()).resume();`;

/** `pid` is a process in that network; the answer ends it. */
export async function lendPort(pid: number, port: number): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-port-'));
  const file = join(folder, 'socket');
  const sockets = new Set<Socket>();
  const server: Server = createServer((one) => {
    const other = connect(port, '127.0.0.1');
    for (const socket of [one, other]) sockets.add(socket.on('close', () => sockets.delete(socket)));
    one.on('error', () => other.destroy()).pipe(other).on('error', () => one.destroy()).pipe(one);
  });
  server.listen(file);
  await once(server, 'listening');
  const child = spawn('nsenter', ['--target', String(pid), '--net', process.execPath, '-e', relay, String(port), file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended.then(() => { throw new Error('the port cannot be lent'); })]);
  return async () => {
    child.stdin.end();
    await ended;
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
}
