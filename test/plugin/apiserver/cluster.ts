// A running API server for one test file: own certificates, own folder, and a plain HTTPS client.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logger } from '../../../proxy/telemetry/log.ts';
import { Sealed } from '../../../proxy/telemetry/sealed.ts';
import { issueCertificate } from '../../../proxy/x509/issue.ts';
import { serve, type Running, type Settings } from '../../../plugin/apiserver/server.ts';

const authority = issueCertificate({ subject: 'test authority', usage: 'ca', days: 2 });
const identity = (subject: string, organization: string) => issueCertificate({ subject, organization, usage: 'client', days: 2, issuer: authority });

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // The tests read answers of every shape.
  readonly body: Body;
}
export type Body = { readonly [key: string]: Body } & { readonly length: number } & string & readonly Body[];

export interface Cluster {
  readonly dir: string;
  readonly settings: Settings;
  readonly log: readonly string[];
  readonly kubeconfig: string;
  address(): string;
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>, agent?: Agent): Promise<Reply>;
  lines(path: string, seen: (event: Body) => boolean | void): Promise<readonly Body[]>;
  restart(): Promise<void>;
  agentFor(user: string, organization: string): Agent;
  anonymous(): Agent;
  /** Says it is an administrator, with a certificate of its own making. */
  stranger(): Agent;
  stop(): Promise<void>;
}

export const serviceAuthority = issueCertificate({ subject: 'service authority', usage: 'ca', days: 2 });

export async function startCluster(): Promise<Cluster> {
  const dir = mkdtempSync(join(tmpdir(), 'clrk-apiserver-'));
  const server = issueCertificate({ subject: 'apiserver', usage: 'server', days: 2, altNames: ['127.0.0.1', 'localhost'], issuer: authority });
  const admin = identity('admin', 'system:masters');
  writeFileSync(join(dir, 'token'), 'reader-token\n');
  writeFileSync(join(dir, 'service-ca.crt'), serviceAuthority.certificate);
  const settings: Settings = {
    dataDir: join(dir, 'state'), host: '127.0.0.1', port: 0, certificate: server.certificate, key: Sealed.of(server.key), clientAuthority: authority.certificate,
    serviceProxy: { tokenFile: join(dir, 'token'), authorityFile: join(dir, 'service-ca.crt') },
  };
  const lines: string[] = [];
  const log = logger('apiserver', { write: (line: string) => lines.push(line) }, 'info');
  let running: Running = await serve(settings, log);
  const agents: Agent[] = [];
  const agent = (certificate?: { certificate: string; key: string }): Agent => {
    const made = new Agent({ ca: authority.certificate, keepAlive: true, ...(certificate && { cert: certificate.certificate, key: certificate.key }) });
    agents.push(made);
    return made;
  };
  const usual = agent(admin);
  const kubeconfig = join(dir, 'kubeconfig');
  const writeKubeconfig = (): void => {
    const data = (pem: string): string => Buffer.from(pem).toString('base64');
    writeFileSync(kubeconfig, JSON.stringify({
      apiVersion: 'v1', kind: 'Config', 'current-context': 'test', contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
      clusters: [{ name: 'test', cluster: { server: running.address, 'certificate-authority-data': data(authority.certificate) } }],
      users: [{ name: 'admin', user: { 'client-certificate-data': data(admin.certificate), 'client-key-data': data(admin.key) } }],
    }));
  };
  writeKubeconfig();
  const options = (method: string, path: string): RequestOptions => ({ method, agent: usual, ...target(running.address), path });
  return {
    dir, settings, log: lines, kubeconfig, address: () => running.address,
    call(method, path, body, headers = {}, as = usual) {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      return new Promise((resolve, reject) => {
        const sent = request({ ...options(method, path), agent: as, headers: { ...(text !== undefined && { 'content-type': 'application/json', ...(headers['transfer-encoding'] === undefined && { 'content-length': String(Buffer.byteLength(text)) }) }), 'user-agent': 'test/1', ...headers } }, (answer) => {
          let received = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => (received += chunk)).on('error', reject).on('end', () => {
            const json = answer.headers['content-type']?.includes('json') ? (JSON.parse(received) as Body) : ({} as Body);
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: received, body: json });
          });
        });
        sent.on('error', reject).end(text);
      });
    },
    lines(path, seen) {
      return new Promise((resolve, reject) => {
        const events: Body[] = [];
        const sent = request(options('GET', path), (answer) => {
          let rest = '';
          answer.setEncoding('utf8').on('error', () => {}).on('end', () => resolve(events)).on('data', (chunk: string) => {
            const parts = (rest + chunk).split('\n');
            rest = parts.pop() ?? '';
            for (const part of parts.filter(Boolean)) {
              const event = JSON.parse(part) as Body;
              events.push(event);
              if (seen(event)) {
                resolve(events);
                sent.destroy();
              }
            }
          });
        });
        sent.on('error', reject).end();
      });
    },
    async restart() {
      await running.close();
      running = await serve(settings, log);
      writeKubeconfig();
    },
    agentFor: (user, organization) => agent(identity(user, organization)),
    anonymous: () => agent(),
    stranger: () => agent(issueCertificate({ subject: 'admin', organization: 'system:masters', usage: 'client', days: 2, issuer: issueCertificate({ subject: 'test authority', usage: 'ca', days: 2 }) })),
    async stop() {
      for (const one of agents) one.destroy();
      await running.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function target(address: string): { readonly host: string; readonly port: string } {
  const { hostname, port } = new URL(address);
  return { host: hostname, port };
}

export const secrets = '/api/v1/namespaces/default/secrets';
export const configMaps = '/api/v1/namespaces/default/configmaps';
export const widgets = '/apis/example.com/v1/namespaces/default/widgets';
export const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: [{
      name: 'v1', served: true, storage: true, subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
      additionalPrinterColumns: [
        { name: 'Size', type: 'string', jsonPath: '.spec.size' },
        { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
      ],
      schema: {
        openAPIV3Schema: {
          type: 'object', description: 'A thing.',
          properties: {
            spec: {
              type: 'object', required: ['size'], description: 'What it should be.',
              properties: {
                size: { type: 'string', enum: ['small', 'large'], description: 'How big it is.' }, replicas: { type: 'integer', default: 1, minimum: 0 }, port: { 'x-kubernetes-int-or-string': true },
                free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, name: { type: 'string', maxLength: 5, pattern: '^[a-z]*$' },
                parts: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, value: { type: 'string' }, kept: { type: 'boolean', default: true } } } },
              },
            },
            status: { type: 'object', properties: { replicas: { type: 'integer' }, conditions: { type: 'array', items: { type: 'object', properties: { type: { type: 'string' }, status: { type: 'string' } } } } } },
          },
        },
      },
    }],
  },
};

export const widget = (name: string, spec: unknown): object => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec });
export const configMap = (name: string, data: unknown, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data });
