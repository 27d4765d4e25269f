// Who asks: the user and groups in the client certificate, nobody without one, or whom an administrator acts for.
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { badRequest, forbidden, unauthorized } from './status.ts';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
export const isAdministrator = ({ groups }: User): boolean => groups.includes('system:masters');

const users = new WeakMap<TLSSocket, User | 'stranger'>();

function userOf(socket: TLSSocket): User | 'stranger' {
  const { subject } = socket.getPeerCertificate() as { subject?: { CN?: string | string[]; O?: string | string[] } };
  if (subject === undefined) return anonymous;
  const name = [subject.CN ?? []].flat().at(-1);
  if (!socket.authorized || !name) return 'stranger';
  return { name, groups: [...[subject.O ?? []].flat(), 'system:authenticated'] };
}

/** Throws 401 for a credential that nobody here vouches for; who shows none is anonymous. */
function authenticated(request: IncomingMessage): User {
  const socket = request.socket as TLSSocket;
  let user = users.get(socket);
  if (user === undefined) users.set(socket, (user = userOf(socket)));
  if (user === 'stranger') throw unauthorized();
  // There are no tokens here, so that none is right; a certificate that is known counts for more.
  if (user === anonymous && /^bearer +\S/i.test(request.headers.authorization ?? '')) throw unauthorized();
  return user;
}

const accountPrefix = 'system:serviceaccount:';

function groupsOf(name: string, given: readonly string[]): readonly string[] {
  if (name === anonymous.name) return [...given.filter((group) => group !== 'system:unauthenticated'), 'system:unauthenticated'];
  const [namespace] = name.startsWith(accountPrefix) ? name.slice(accountPrefix.length).split(':') : [];
  const own = given.length === 0 && namespace !== undefined ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : given;
  return own.includes('system:authenticated') ? own : [...own, 'system:authenticated'];
}

/** All values of a header that may come more than once. */
const values = (request: IncomingMessage, name: string): readonly string[] => request.headersDistinct[name] ?? [];

/** Whom the requester acts for. Only an administrator may act for others. */
function acting(request: IncomingMessage, requester: User): User {
  const [name] = values(request, 'impersonate-user');
  const groups = values(request, 'impersonate-group');
  if (!name) {
    if (groups.length > 0) throw badRequest(`requested [${groups.map((group) => `{Group  ${group}    }`).join(' ')}] without impersonating a user`);
    return requester;
  }
  if (isAdministrator(requester)) return { name, groups: groupsOf(name, groups) };
  const account = name.startsWith(accountPrefix) ? name.slice(accountPrefix.length).split(':') : [];
  const [namespace, short] = account;
  const of = { group: '', plural: short === undefined ? 'users' : 'serviceaccounts', kind: '' };
  const where = short === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  throw forbidden(of, short ?? name, `User ${JSON.stringify(requester.name)} cannot impersonate resource ${JSON.stringify(of.plural)} in API group "" ${where}`);
}

/** The user that a request is decided for. */
export const identify = (request: IncomingMessage): User => acting(request, authenticated(request));
