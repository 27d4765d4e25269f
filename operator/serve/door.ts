// The operator's door for workers and proxies: a table of paths with the roles that may use them. Who asks is what their certificate says.
import type { TLSSocket } from 'node:tls';
import { enrolPath } from '../../proxy/identity/enrolment.ts';
import { policyPath, policyStatusPath } from '../../proxy/contract.ts';
import type { Address } from '../../proxy/probe.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';
import { ordersPath, statusPath } from '../../sandbox/contract.ts';
import type { Controllers } from '../controllers/controllers.ts';
import { podKey } from '../controllers/world.ts';
import { certified, type Certified, type Role } from '../trust/identity.ts';
import { Newest } from '../trust/newest.ts';
import type { Tokens } from '../trust/tokens.ts';
import type { Trust } from '../trust/trust.ts';
import { enrol } from './enrol.ts';
import { listen, type Listener, type Visit } from './listener.ts';
import { streamPolicy, takePolicyStatus } from './proxies.ts';
import { refuse } from './refusals.ts';
import { Pace, Places } from './shares.ts';
import { takeTelemetry, type TelemetryStore } from './telemetry.ts';
import { WorkerDoor } from './workers.ts';

export interface DoorOptions extends Address {
  readonly trust: Trust;
  readonly tokens: Tokens;
  readonly controllers: Pick<Controllers, 'world' | 'delivery'>;
  readonly store: TelemetryStore;
  readonly log: Logger;
}

/** Some networks show all pods of a node as one address. */
const connectionsOfAddress = 256;
const enrolmentsOfAddress = { burst: 64, everyMs: 1000 };
/** Orders or policy, a report, telemetry; twice while a certificate takes the place of another. */
const requestsOfPod = 32;

interface Path {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly roles: readonly Role[];
  readonly act: (visit: Visit, who: Certified) => void | Promise<void>;
}

function pathTable({ controllers, store }: DoorOptions): readonly Path[] {
  const { world, delivery } = controllers;
  const workers = new WorkerDoor(world.workers, delivery);
  return [
    { method: 'GET', path: ordersPath, roles: ['worker'], act: ({ response }, who) => workers.streamOrders(podKey(who), response) },
    { method: 'PUT', path: statusPath, roles: ['worker'], act: ({ request, response }, who) => workers.takeStatus(who, request, response) },
    { method: 'GET', path: policyPath, roles: ['proxy'], act: ({ response }, who) => streamPolicy(world.proxies, delivery, podKey(who), response) },
    { method: 'PUT', path: policyStatusPath, roles: ['proxy'], act: ({ request, response }, who) => takePolicyStatus(world.proxies, podKey(who), request, response) },
    { method: 'POST', path: '/v1/traces', roles: ['worker', 'proxy'], act: ({ request, response }, { namespace }) => takeTelemetry(store, { path: '/v1/traces', namespace }, request, response) },
    { method: 'POST', path: '/v1/logs', roles: ['worker', 'proxy'], act: ({ request, response }, { namespace }) => takeTelemetry(store, { path: '/v1/logs', namespace }, request, response) },
  ];
}

/** Of the connection; undefined for one that shows no certificate of ours. */
function clientOf(socket: TLSSocket): Certified | undefined {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  return certificate && certified(certificate);
}

export function openDoor(options: DoorOptions): Promise<Listener> {
  const { host, port, trust, tokens, log } = options;
  const table = pathTable(options);
  const newest = new Newest(trust.now);
  const enrolments = new Pace(enrolmentsOfAddress.burst, enrolmentsOfAddress.everyMs, trust.now);
  const places = new Places(requestsOfPod);
  const clients = new WeakMap<object, Certified | undefined>();
  const answer = async (visit: Visit): Promise<void> => {
    const { request, response, url } = visit;
    if (url.pathname === enrolPath) {
      if (request.method !== 'POST') return refuse(response, 'methodNotAllowed');
      return enrolments.allows(request.socket.remoteAddress ?? '') ? enrol(visit, trust, tokens) : refuse(response, 'busy');
    }
    const here = table.filter(({ path }) => path === url.pathname);
    if (here.length === 0) return refuse(response, 'notFound');
    const { socket } = request;
    if (!clients.has(socket)) clients.set(socket, clientOf(socket as TLSSocket));
    const who = clients.get(socket);
    if (!who) return refuse(response, 'noCertificate');
    if (!(await tokens.isLiving(who))) return refuse(response, 'podGone');
    // Gone while we asked: nothing would give back what is taken below. From here on nothing is waited for until it is held.
    if (response.closed) return;
    if (!newest.admit(who)) return refuse(response, 'superseded');
    const entry = here.find(({ method }) => method === request.method);
    if (!entry) return refuse(response, 'methodNotAllowed');
    if (!entry.roles.includes(who.role)) return refuse(response, 'forbidden');
    const leave = places.take(`${who.role} ${podKey(who)}`);
    if (!leave) return refuse(response, 'busy');
    const watch = setInterval(() => void tokens.isLiving(who).then((is) => is || response.destroy()), tokens.livingMs);
    const release = newest.hold(who, () => response.destroy());
    response.once('close', () => {
      clearInterval(watch);
      release();
      leave();
    });
    await entry.act(visit, who);
  };
  return listen({ host, port, trust, asksClients: true, ofEachAddress: connectionsOfAddress, answer, log });
}
