// The sockets of one sandbox that the proxy will own, opened by whoever is inside its network.
import { closeSync } from 'node:fs';
import type { AdmittedSocket } from '../proxy/contract.ts';
import { bindTo, closeAll, connectTo, family, inetAddress, limitWait, listenOn, openSocket, setOption, socketKind } from './libc.ts';
import { divertPort } from './rules.ts';

export type Interception = 'tproxy' | 'ports';

export interface OpenSockets {
  readonly fds: readonly number[];
  readonly sockets: readonly AdmittedSocket[];
}

/** Opens them in the network this thread is in. Ports below 1024 and the transparent one are out of a sandbox's own reach. */
export function openSockets(interception: Interception): OpenSockets {
  const fds: number[] = [];
  const sockets: AdmittedSocket[] = [];
  const isTransparent = interception === 'tproxy';
  try {
    for (const port of isTransparent ? [divertPort] : [80, 443]) {
      fds.push(listener(port, isTransparent));
      sockets.push({ kind: 'tcp' });
    }
    fds.push(resolver());
    sockets.push({ kind: 'dns' });
    return { fds, sockets };
  } catch (error) {
    closeAll(fds);
    throw error;
  }
}

/** Whether a connection to another port really arrives: a program that took the rules may still not have loaded them. */
export function isSteered(): boolean {
  const { fds } = openSockets('tproxy');
  const caller = openSocket(family.inet, socketKind.blockingStream);
  try {
    limitWait(caller, 1);
    return connectTo(caller, inetAddress([192, 0, 2, 1], 7));
  } finally {
    closeAll([caller, ...fds]);
  }
}

function listener(port: number, isTransparent: boolean): number {
  return prepared(socketKind.stream, (fd) => {
    setOption(fd, 1, 2, 1);
    if (isTransparent) setOption(fd, 0, 19, 1);
    bindTo(fd, inetAddress([0, 0, 0, 0], port), `listening on port ${port} of a sandbox`);
    listenOn(fd, 1024);
  });
}

/** Bound to 127.0.0.1 and not to every address: an answer from another address than the one asked would be thrown away. */
function resolver(): number {
  return prepared(socketKind.datagram, (fd) => bindTo(fd, inetAddress([127, 0, 0, 1], 53), 'opening the name server of a sandbox'));
}

function prepared(kind: number, prepare: (fd: number) => void): number {
  const fd = openSocket(family.inet, kind);
  try {
    prepare(fd);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
