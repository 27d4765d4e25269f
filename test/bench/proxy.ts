// What the egress proxy costs: the same upstream asked directly and through the proxy, side by side, in under ten seconds.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { messageReply, messageRequest } from '../proxy/agent.ts';
import { dev, gatewayCa } from '../proxy/authorities.ts';
import { policyOf, Rig } from '../proxy/rig.ts';
import { rawUpstream } from '../proxy/upstream.ts';

interface Row {
  readonly what: string;
  readonly figure: string;
  readonly target?: string;
}

const roundMs = 800;
const rounds = 3;
const request = messageRequest().replace('Connection: close\r\n', '');
const reply = JSON.stringify({ ...messageReply, content: [{ type: 'text', text: 'x'.repeat(850) }] });
const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${reply.length}\r\n\r\n${reply}`;

/** Calls back with every whole message: a head and as many bytes as it announces. */
function messages(socket: TLSSocket, onMessage: () => void): void {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
      const whole = end + 4 + Number(/content-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
      if (text.length < whole) return;
      text = text.slice(whole);
      onMessage();
    }
  });
}

/** Latencies in milliseconds of one round: each connection asks again as soon as it has its answer. */
async function load(port: number, ca: string, connections: number): Promise<number[]> {
  const latencies: number[] = [];
  const endAt = performance.now() + roundMs;
  await Promise.all(Array.from({ length: connections }, () => new Promise<void>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'api.anthropic.com', ca: [ca] });
    let sentAt = 0;
    const send = (): void => {
      sentAt = performance.now();
      socket.write(request);
    };
    messages(socket, () => {
      const now = performance.now();
      latencies.push(now - sentAt);
      if (now < endAt) send();
      else socket.destroy();
    });
    socket.setNoDelay(true).once('secureConnect', send).once('error', reject).once('close', () => resolve());
  })));
  return latencies;
}

const quantile = (values: readonly number[], q: number): number => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;
const us = (ms: number): string => `${Math.round(ms * 1000)} µs`;

/** Seconds of processor time that a process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMb(pid: number): number {
  return Number.parseInt(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0', 10) / 1024;
}

/** The bundle where there is one: it is what runs for a user. */
export async function benchProxy(): Promise<Row[]> {
  const to = await rawUpstream((socket) => messages(socket, () => void socket.write(answer)));
  const rig = new Rig();
  const bundle = join(import.meta.dirname, '../../../dist/proxy.js');
  try {
    await rig.begin({ policy: policyOf(), upstreams: { 'api.anthropic.com': to.port }, ...(existsSync(bundle) ? { entry: bundle } : {}) });
    const pid = rig.process?.pid ?? 0;
    const idle = residentMb(pid);
    const { port } = await rig.admit();
    const direct: number[] = [];
    const through: number[] = [];
    await load(port, gatewayCa.certificate, 4);
    for (let round = 0; round < rounds; round++) {
      direct.push(...(await load(to.port, dev.certificate, 1)));
      through.push(...(await load(port, gatewayCa.certificate, 1)));
    }
    const before = cpuSeconds(pid);
    const busy = await load(port, gatewayCa.certificate, 16);
    const perCore = busy.length / (cpuSeconds(pid) - before);
    const directBusy = await load(to.port, dev.certificate, 16);
    const added = (q: number): string => `${us(quantile(through, q) - quantile(direct, q))} (direct ${us(quantile(direct, q))}, through ${us(quantile(through, q))})`;
    return [
      { what: 'proxy: added latency p50, one connection, 1 KB JSON', figure: added(0.5) },
      { what: 'proxy: added latency p99', figure: added(0.99) },
      { what: 'proxy: requests per second and core of the proxy, spans and records on, 16 connections', figure: `${Math.round(perCore)}` },
      { what: 'proxy: requests per second, 16 connections, client and upstream in one process', figure: `${Math.round((busy.length * 1000) / roundMs)} (direct ${Math.round((directBusy.length * 1000) / roundMs)})` },
      { what: 'proxy: resident memory idle, and after the load', figure: `${Math.round(idle)} MB, ${Math.round(residentMb(pid))} MB` },
    ];
  } finally {
    await rig.stop();
    to.close();
  }
}
