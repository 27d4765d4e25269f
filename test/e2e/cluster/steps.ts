// What a person does in a cluster, and what there is to see in it: the steps of the end-to-end test.
import { operatorService } from '../../../operator/api/group.ts';
import { imageOf, readerAccount, systemNamespace, workerAccount } from '../../../operator/install/names.ts';
import type { KubeObject } from '../../../operator/kube/kube.ts';
import { pods } from '../../../operator/kube/resources.ts';
import { field } from '../../../operator/api/object.ts';
import { readFileSync } from 'node:fs';
import { said, type Cluster } from './cluster.ts';

/** Without what comes and goes by itself. */
const fleeting = /^(event|lease|endpoint|pod|replicaset|controllerrevision|componentstatus|csinode|ippool|ipaddress)/;

/** Every object of the cluster by its name, whatever its kind. */
export async function everything(kubectl: Cluster['kubectl']): Promise<readonly string[]> {
  const kinds = said(await kubectl('api-resources', '--verbs=list', '-o', 'name')).split('\n').filter((kind) => kind && !fleeting.test(kind) && !kind.includes('events.k8s.io'));
  return said(await kubectl('get', kinds.join(','), '--all-namespaces', '--ignore-not-found', '--no-headers', '-o', 'custom-columns=K:.kind,N:.metadata.namespace,M:.metadata.name')).split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim()).filter(Boolean).toSorted();
}

/** Lets the operator of this cluster tell its proxies of a stand-in, as a session with --offline does. */
export async function offline({ kubectl }: Cluster, setting: string, authority: string): Promise<void> {
  said(await kubectl('create', 'configmap', 'offline', '-n', systemNamespace, `--from-literal=ca.crt=${authority}`));
  const container = {
    name: 'operator',
    env: [{ name: 'CLRK_OFFLINE_UPSTREAMS', value: setting }, { name: 'CLRK_OFFLINE_CA_FILE', value: '/etc/clrk/offline/ca.crt' }],
    volumeMounts: [{ name: 'offline', mountPath: '/etc/clrk/offline', readOnly: true }],
  };
  const patch = { spec: { template: { spec: { containers: [container], volumes: [{ name: 'offline', configMap: { name: 'offline' } }] } } } };
  said(await kubectl('patch', 'deployment', operatorService.name, '-n', systemNamespace, '--patch', JSON.stringify(patch)));
  said(await kubectl('rollout', 'status', `deployment/${operatorService.name}`, '-n', systemNamespace, '--timeout=90s'));
}

export async function pool({ kubectl, file }: Cluster, namespace: string): Promise<void> {
  said(await kubectl('apply', '-f', file('pool.json', JSON.stringify({ apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'WorkerPool', metadata: { name: 'default', namespace }, spec: { replicas: 1, template: { image: imageOf('sandbox') } } }))));
}

const isReady = (pod: KubeObject): boolean => ((field(pod, 'status', 'conditions') ?? []) as readonly { readonly type: string; readonly status: string }[]).some(({ type, status }) => type === 'Ready' && status === 'True');

/** The pool's only one that is not on its way out. */
export async function workerPod({ kube }: Cluster, namespace: string, { ready = false }: { readonly ready?: boolean } = {}): Promise<KubeObject | undefined> {
  const { items } = await kube.list(pods, { namespace });
  return items.find((pod) => field(pod, 'spec', 'serviceAccountName') === workerAccount && pod.metadata.deletionTimestamp === undefined && (!ready || isReady(pod)));
}

const look = `const { existsSync, readFileSync } = require('node:fs');
const field = (pid, name) => new RegExp('^' + name + ':\\\\s+(\\\\S+)', 'm').exec(readFileSync('/proc/' + pid + '/status', 'utf8'))[1];
console.log(JSON.stringify({ uid: Number(field(1, 'Uid')), capabilities: field('self', 'CapBnd'), noNewPrivileges: field(1, 'NoNewPrivs'), seccomp: field(1, 'Seccomp'), credentials: existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token') }));`;

/**
 * Of the first process of a container, as the kernel tells it. Its capabilities are those that the container began with, which a process of
 * it shows that has made no user namespace of its own: in such a one the worker has all, over what is its own anyway.
 */
export async function workerRights({ kubectl }: Cluster, { metadata }: KubeObject, container: string): Promise<unknown> {
  return JSON.parse(said(await kubectl('exec', metadata.name, '-n', metadata.namespace ?? '', '-c', container, '--', '/usr/local/bin/node', '-e', look)));
}

/** A kubeconfig of somebody who has this role in the namespace, or none. */
export async function ordinaryUser({ kubectl, kubeconfig, file }: Cluster, namespace: string, name: string, role?: string): Promise<string> {
  said(await kubectl('create', 'serviceaccount', name, '-n', namespace));
  if (role !== undefined) said(await kubectl('create', 'rolebinding', name, '-n', namespace, `--clusterrole=${role}`, `--serviceaccount=${namespace}:${name}`));
  const token = said(await kubectl('create', 'token', name, '-n', namespace)).trim();
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { readonly users: readonly { readonly name: string }[] };
  return file(`${name}.kubeconfig`, JSON.stringify({ ...config, users: config.users.map((user) => ({ name: user.name, user: { token } })) }));
}

/** Whether somebody gets a token that opens the logs of a namespace. */
export async function reader({ kubectl }: Cluster, kubeconfig: string, namespace: string): Promise<'given' | 'refused'> {
  const { code } = await kubectl('create', 'token', readerAccount, '-n', namespace, '--kubeconfig', kubeconfig);
  return code === 0 ? 'given' : 'refused';
}

/** An agent that tells all that it can see of the word: its variables, and every file that it can read. */
export async function lookout({ kubectl, file }: Cluster, namespace: string, image: string): Promise<void> {
  const script = "env; grep -rsl sk-ant- / --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev | sed 's/^/found /'; echo looked at $(grep -rsl . /etc /tmp /run | grep -c .) files";
  const spec = { workerPoolRef: 'default', restartPolicy: 'Never', egressRefs: [{ gatewayRef: 'echo-bot' }], template: { spec: { image, command: ['sh', '-c'], args: [script] } } };
  said(await kubectl('apply', '-f', file('lookout.json', JSON.stringify({ apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'DaemonAgent', metadata: { name: 'lookout', namespace }, spec }))));
}

const seek = `const { readFileSync, readdirSync } = require('node:fs');
const [word, folder] = process.argv.slice(1);
const key = Buffer.from(word, 'base64');
const has = (path) => { try { return readFileSync(path).includes(key); } catch { return false; } };
const processes = readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).flatMap((pid) => ['environ', 'cmdline'].map((file) => '/proc/' + pid + '/' + file));
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.parentPath + '/' + entry.name);
if (processes.length < 10 || files.length < 10) throw new Error('too little to look at');
console.log(JSON.stringify([...processes, ...files].filter(has)));`;

/** Where the key can be read on the node: environments and command lines of all processes, and every file of the pod's volumes. */
export async function placesWith({ run }: Cluster, pod: KubeObject, key: string): Promise<readonly string[]> {
  return JSON.parse(said(await run('/usr/lib/k3s/node', '-e', seek, Buffer.from(key).toString('base64'), `/var/lib/kubelet/pods/${pod.metadata.uid ?? ''}`))) as readonly string[];
}
