// Connections to the operator, each made with the certificate of the moment; none is kept beyond its certificate.
import type { Socket } from 'node:net';
import { Agent } from 'node:https';
import { connect, type ConnectionOptions } from 'node:tls';
import type { Identity } from './identity.ts';

type Made = (error: Error | null, stream?: Socket) => void;

/** Looks like nobody listening, which those who send again know as passing. */
const notYet = (): Error => Object.assign(new Error('there is no certificate for the operator yet'), { code: 'ECONNREFUSED' });

interface Overridable {
  createConnection(options: ConnectionOptions, made: Made): Socket | undefined;
  keepSocketAlive(socket: Socket): boolean;
}

/** An agent for `node:https`. Close it with `destroy`. */
export function identityAgent(identity: Identity, maxSockets: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets });
  const generations = new WeakMap<Socket, number>();
  const overridden = agent as unknown as Overridable;
  const keep = overridden.keepSocketAlive.bind(agent);
  overridden.createConnection = (options, made) => {
    const { held } = identity;
    if (!held) {
      process.nextTick(made, notYet());
      return undefined;
    }
    const socket = connect({ ...options, secureContext: held.context });
    generations.set(socket, held.generation);
    return socket;
  };
  overridden.keepSocketAlive = (socket) => generations.get(socket) === identity.held?.generation && keep(socket);
  identity.onRenewed(() => {
    for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
  });
  return agent;
}
