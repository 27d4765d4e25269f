// Who asks: the user and groups in the client certificate. Only system:masters may do anything.
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { forbidden, forbiddenPath, unauthorized } from './status.ts';
import type { ResourcePath } from './rest/path.ts';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const users = new WeakMap<TLSSocket, User | null>();

function userOf(socket: TLSSocket): User | null {
  if (!socket.authorized) return null;
  const subject = socket.getPeerCertificate().subject as unknown as { CN?: string | string[]; O?: string | string[] } | undefined;
  const name = [subject?.CN ?? []].flat().at(-1);
  return name ? { name, groups: [subject?.O ?? []].flat() } : null;
}

const verbs: { readonly [method: string]: string } = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Throws 401 without a certificate of our CA. */
export function userOfRequest(request: IncomingMessage): User {
  const socket = request.socket as TLSSocket;
  let user = users.get(socket);
  if (user === undefined) users.set(socket, (user = userOf(socket)));
  if (!user) throw unauthorized();
  return user;
}

export const isAdministrator = ({ groups }: User): boolean => groups.includes('system:masters');

/** Throws 401 without a certificate of our CA, 403 for a user who is not an administrator. */
export function authorize(request: IncomingMessage, path: ResourcePath | undefined): void {
  const user = userOfRequest(request);
  if (isAdministrator(user)) return;
  const verb = verbs[request.method ?? ''] ?? (request.method ?? '').toLowerCase();
  if (!path) throw forbiddenPath(user.name, verb, (request.url ?? '').split('?')[0] ?? '');
  const asked = verb === 'get' && !path.name ? 'list' : verb;
  const where = path.namespace ? ` in the namespace ${JSON.stringify(path.namespace)}` : ' at the cluster scope';
  const resource = path.subresource ? `${path.plural}/${path.subresource}` : path.plural;
  throw forbidden({ group: path.group, plural: path.plural, kind: path.plural }, path.name ?? '', `User ${JSON.stringify(user.name)} cannot ${asked} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(path.group)}${where}`);
}
