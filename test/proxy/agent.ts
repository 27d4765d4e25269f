// The agent's side: a TLS client that trusts the gateway, and the call that it makes.
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { gatewayCa } from './authorities.ts';
import { anywhere, type At } from './upstream.ts';

/** An agent's TLS connection to a listener of its sandbox. */
export async function agentSocket(at: number | At, serverName = 'api.anthropic.com'): Promise<TLSSocket> {
  const socket = connect({ ...(typeof at === 'number' ? { ...anywhere, port: at } : at), servername: serverName, ca: [gatewayCa.certificate], ALPNProtocols: ['http/1.1'] });
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return socket;
}

/** Everything that comes until the other side closes. */
export function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1'))).on('close', () => resolve(text)).on('error', () => undefined);
  });
}

/** Sends bytes over TLS and returns all that comes back. */
export async function exchangeRaw(at: number | At, bytes: string, serverName?: string): Promise<string> {
  const socket = await agentSocket(at, serverName);
  socket.write(bytes, 'latin1');
  return readAll(socket);
}

export const messageRequest = (extra: readonly string[] = [], body = JSON.stringify({ model: 'claude-haiku-4-5', max_tokens: 24, messages: [] })): string =>
  [`POST /v1/messages HTTP/1.1`, 'Host: api.anthropic.com', 'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', ...extra, '', body].join('\r\n');

export const messageReply = { type: 'message', model: 'claude-haiku-4-5-20251001', content: [], usage: { input_tokens: 12, output_tokens: 24 } };
