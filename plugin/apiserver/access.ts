// What a user may do: an administrator everything, others what the roles of a new cluster give to everybody.
import { isAdministrator, type User } from './auth.ts';
import type { ResourcePath } from './rest/path.ts';
import { forbidden, forbiddenPath } from './status.ts';

/** A question about one resource; empty texts are not said. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface PathAccess {
  readonly verb: string;
  readonly path: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why it is allowed, as Kubernetes tells it; an administrator is not asked. */
  readonly reason?: string;
}

interface Role {
  readonly name: string;
  readonly to: readonly string[];
  readonly paths?: readonly string[];
  readonly create?: readonly { readonly group: string; readonly resources: readonly string[] }[];
}

const everybody = ['system:authenticated', 'system:unauthenticated'];
const health = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

/** The part of the default roles of Kubernetes that is bound to groups which everybody is in. */
const roles: readonly Role[] = [
  {
    name: 'system:basic-user', to: ['system:authenticated'],
    create: [{ group: 'authorization.k8s.io', resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] }, { group: 'authentication.k8s.io', resources: ['selfsubjectreviews'] }],
  },
  { name: 'system:discovery', to: ['system:authenticated'], paths: ['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*', '/readyz', '/version', '/version/'] },
  { name: 'system:public-info-viewer', to: everybody, paths: health },
];

const matches = (rule: string, path: string): boolean => rule === path || (rule.endsWith('*') && path.startsWith(rule.slice(0, -1)));

function grants(role: Role, asked: Access | PathAccess): boolean {
  if ('path' in asked) return asked.verb === 'get' && (role.paths ?? []).some((rule) => matches(rule, asked.path));
  return asked.verb === 'create' && !asked.subresource && (role.create ?? []).some(({ group, resources }) => group === asked.group && resources.includes(asked.resource));
}

/** Whether the user may. */
export function decide(user: User, asked: Access | PathAccess): Decision {
  if (isAdministrator(user)) return { allowed: true };
  for (const role of roles) {
    const group = role.to.find((one) => user.groups.includes(one));
    if (group === undefined || !grants(role, asked)) continue;
    return { allowed: true, reason: `RBAC: allowed by ClusterRoleBinding ${JSON.stringify(role.name)} of ClusterRole ${JSON.stringify(role.name)} to Group ${JSON.stringify(group)}` };
  }
  return { allowed: false };
}

/** Everything that the user may, in the form of a rules review. */
export function rulesOf(user: User): object {
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  if (isAdministrator(user)) return { resourceRules: [all], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }], incomplete: false };
  const own = roles.filter(({ to }) => to.some((group) => user.groups.includes(group)));
  return {
    resourceRules: own.flatMap(({ create = [] }) => create.map(({ group, resources }) => ({ verbs: ['create'], apiGroups: [group], resources }))),
    nonResourceRules: own.flatMap(({ paths }) => (paths ? [{ verbs: ['get'], nonResourceURLs: paths }] : [])), incomplete: false,
  };
}

const verbs: { readonly [method: string]: string } = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

function verbOf(method: string, path: ResourcePath, watching: boolean): string {
  const verb = verbs[method] ?? '';
  if (path.name !== undefined) return watching && verb === 'get' ? 'watch' : verb;
  if (verb === 'get') return watching ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** Throws 403 in the words of Kubernetes for what the user may not do. */
export function authorize(user: User, method: string, pathname: string, { path, watching }: { readonly path: ResourcePath | undefined; readonly watching: boolean }): void {
  if (!path) {
    const asked = { verb: method.toLowerCase(), path: pathname };
    if (!decide(user, asked).allowed) throw forbiddenPath(user.name, asked.verb, pathname);
    return;
  }
  // A namespace is an object of its own, and asked for in itself.
  const namespace = path.namespace ?? (path.group === '' && path.plural === 'namespaces' ? path.name : undefined);
  const asked: Access = { verb: verbOf(method, path, watching), group: path.group, resource: path.plural, ...(path.subresource && { subresource: path.subresource }) };
  if (decide(user, asked).allowed) return;
  const resource = path.subresource ? `${path.plural}/${path.subresource}` : path.plural;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  throw forbidden({ group: path.group, plural: path.plural, kind: path.plural }, path.name ?? '', `User ${JSON.stringify(user.name)} cannot ${asked.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(path.group)} ${where}`);
}
