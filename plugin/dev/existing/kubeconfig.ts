// Copies one context out of the person's kubeconfig files: one private file, in which every path holds from any folder.
import { readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../../exit.ts';
import { nearest } from '../../nearest.ts';

/** One context, its cluster and its user, as the children read them. */
export interface Borrowed {
  /** A whole kubeconfig. */
  readonly text: string;
  readonly contextName: string;
  readonly server: string;
  /** Of the context, else `default`. */
  readonly namespace: string;
  readonly user: string;
  /** The program that logs in, where the user has one. */
  readonly program?: string;
}

type Fields = Readonly<Record<string, unknown>>;
interface Entry {
  readonly name: string;
  readonly fields: Fields;
  /** Folder of the file that it stands in: relative paths begin there. */
  readonly folder: string;
}
type List = 'contexts' | 'clusters' | 'users';
type Merged = Readonly<Record<List, readonly Entry[]>> & { readonly current?: string };

const largestFile = 16 << 20;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function readFile(file: string): Fields {
  const problem = (what: string): UserError => new UserError(`reading kubeconfig ${file}: ${what}`, ['name another with --kubeconfig FILE']);
  let value: unknown;
  try {
    if (statSync(file).size > largestFile) throw new Error('it is too large to be one');
    value = parse(readFileSync(file, 'utf8'), { maxAliasCount: 100 });
  } catch (error) {
    throw problem((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');
  }
  if (value === null || value === undefined) return {};
  if (!isFields(value)) throw problem('it is not a kubeconfig');
  return value;
}

function entries(list: unknown, field: string, folder: string): readonly Entry[] {
  return (Array.isArray(list) ? list : []).flatMap((entry: unknown) => {
    const name = isFields(entry) ? text(entry['name']) : undefined;
    const fields = isFields(entry) ? entry[field] : undefined;
    return name === undefined ? [] : [{ name, folder, fields: isFields(fields) ? fields : {} }];
  });
}

/** As kubectl merges: of entries with one name the first file's counts. */
function merged(files: readonly string[]): Merged {
  const all = files.map((file) => ({ folder: dirname(file), content: readFile(file) }));
  const of = (list: List, field: string): readonly Entry[] => all.flatMap(({ folder, content }) => entries(content[list], field, folder));
  const current = all.map(({ content }) => text(content['current-context'])).find((name) => name !== undefined);
  return { contexts: of('contexts', 'context'), clusters: of('clusters', 'cluster'), users: of('users', 'user'), ...(current === undefined ? {} : { current }) };
}

function pathsMadeAbsolute(fields: Fields, names: readonly string[], folder: string): Fields {
  const changed = names.flatMap((name) => {
    const path = text(fields[name]);
    return path === undefined || isAbsolute(path) ? [] : [[name, join(folder, path)] as const];
  });
  return { ...fields, ...Object.fromEntries(changed) };
}

/** Programs that were made for kubectl look for this variable, which says what they are asked. */
function execOf(exec: Fields, folder: string): Fields {
  const command = text(exec['command']);
  const env = (Array.isArray(exec['env']) ? exec['env'] : []).filter(isFields);
  const asked = { apiVersion: exec['apiVersion'], kind: 'ExecCredential', spec: { interactive: false } };
  const told = env.some(({ name }) => name === 'KUBERNETES_EXEC_INFO') ? [] : [{ name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(asked) }];
  // A bare name is looked up on PATH; one with a slash stands beside the kubeconfig.
  const found = command?.includes('/') && !isAbsolute(command) ? join(folder, command) : command;
  return { ...exec, ...(found === undefined ? {} : { command: found }), env: [...env, ...told] };
}

function userOf({ fields, folder }: Entry): Fields {
  const { tokenFile, exec, ...rest } = pathsMadeAbsolute(fields, ['client-certificate', 'client-key', 'tokenFile'], folder);
  return {
    ...rest,
    ...(isFields(exec) ? { exec: execOf(exec, folder) } : {}),
    // The library knows a token's file under this name only, and reads it again when it has changed.
    ...(text(tokenFile) === undefined ? {} : { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } }),
  };
}

function chosen({ contexts, current }: Merged, wanted: string | undefined, where: string): Entry {
  const name = wanted ?? current;
  const known = contexts.map((entry) => entry.name);
  const all = known.length > 0 ? `contexts there: ${known.slice(0, 20).join(', ')}` : 'it holds no context at all; name another with --kubeconfig FILE';
  if (name === undefined) throw new UserError(`no context is chosen in ${where}`, [known.length > 0 ? `choose one with --context; ${all}` : all]);
  const found = contexts.find((entry) => entry.name === name);
  if (found) return found;
  const near = nearest(name, known);
  throw new UserError(`there is no context ${name} in ${where}`, [...(near === undefined ? [] : [`did you mean ${near}?`]), all]);
}

/** Reads the context that was asked for, else the current one, out of kubeconfig files as $KUBECONFIG lists them. */
export function borrowContext(listed: string, wanted: string | undefined): Borrowed {
  const files = listed.split(delimiter);
  const where = files.join(', ');
  const config = merged(files);
  const { name, fields } = chosen(config, wanted, where);
  const cluster = config.clusters.find((entry) => entry.name === fields['cluster']);
  const server = text(cluster?.fields['server'])?.replace(/\/$/, '');
  if (!cluster || server === undefined) throw new UserError(`context ${name} names the cluster ${String(fields['cluster'])}, which has no server in ${where}`, ['look at it: kubectl config view']);
  if (!/^https?:$/.test(URL.parse(server)?.protocol ?? '')) throw new UserError(`the server of context ${name}, ${server}, is not an http or https URL`, ['look at it: kubectl config view']);
  const user = config.users.find((entry) => entry.name === fields['user']);
  if (!user && text(fields['user']) !== undefined) throw new UserError(`context ${name} names the user ${String(fields['user'])}, who is not in ${where}`, ['look at it: kubectl config view']);
  const userFields = user ? userOf(user) : {};
  const namespace = text(fields['namespace']) ?? 'default';
  const program = isFields(userFields['exec']) ? text(userFields['exec']['command']) : undefined;
  const copy = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name: cluster.name, cluster: { ...pathsMadeAbsolute(cluster.fields, ['certificate-authority'], cluster.folder), server } }],
    contexts: [{ name, context: { cluster: cluster.name, user: user?.name ?? name, namespace } }],
    users: [{ name: user?.name ?? name, user: userFields }],
  };
  // JSON is YAML, and where it holds nothing but keys our own processes read it without the Kubernetes library.
  return { text: `${JSON.stringify(copy, null, 2)}\n`, contextName: name, server, namespace, user: user?.name ?? 'nobody', ...(program === undefined ? {} : { program }) };
}

/** Families of variables by which the programs that log in to clusters are configured; besides, what their kubeconfig names. */
const families = /^(AWS_|AZURE_|AAD_|ARM_|MSI_|IDENTITY_|GOOGLE_|CLOUDSDK_|GKE_|USE_GKE_|OIDC_|KUBE|TELEPORT_|TSH_|DIGITALOCEAN_|OCI_|ALIBABA_|VAULT_ADDR$|XDG_|DBUS_SESSION_BUS_ADDRESS$|SSL_CERT_|(HTTPS?|NO|ALL)_PROXY$|(https?|no|all)_proxy$|USER$|LOGNAME$)/;

/** What the program that logs in needs of the shell's variables; nothing where there is no such program. */
export function loginEnvironment({ program }: Borrowed, env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  if (program === undefined) return {};
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value !== undefined && name !== 'KUBECONFIG' && families.test(name) ? [[name, value] as const] : [])));
}
