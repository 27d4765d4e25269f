// The client of the API server's bench: keeps connections open, sends, counts what comes back, and parses nothing that it need not.
import { Agent, request } from 'node:https';
import type { Pki } from '../../plugin/dev/pki.ts';

export interface Target {
  readonly server: string;
  readonly pki: Pki;
}

export const agentsPath = '/apis/clrk.apoxy.dev/v1alpha1/namespaces/default/daemonagents';

/** A DaemonAgent of about 2 KB, as the fleet of a team has them. */
export const agentOf = (name: string, note: string): object => ({
  apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'DaemonAgent',
  metadata: { name, labels: { app: 'bench', team: `team-${name.length}` }, annotations: { 'bench.example.com/note': note } },
  spec: { workerPoolRef: 'default', template: { spec: { image: 'curl:8', command: ['/bin/sh', '-c', `echo ${'x'.repeat(1500)}`] } } },
});

export class Client {
  readonly #agent: Agent;
  readonly #server: string;

  constructor({ server, pki }: Target, sockets = 1) {
    this.#server = server;
    this.#agent = new Agent({ ca: pki.authority.certificate, cert: pki.admin.certificate, key: pki.admin.key, keepAlive: true, maxSockets: sockets });
  }

  /** Answers the status and the size of the body, once its last byte is there. */
  send(method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<{ readonly status: number; readonly bytes: number }> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(this.#server + path, { method, agent: this.#agent, headers: { accept: 'application/json', ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...headers } }, (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('error', reject).on('end', () => resolve({ status: answer.statusCode ?? 0, bytes }));
      });
      sent.on('error', reject).end(text);
    });
  }

  /** Counts the lines of a watch as they come; resolves when the watch is answered. */
  watch(path: string, line: (count: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      request(this.#server + path, { agent: this.#agent, headers: { accept: 'application/json' } }, (answer) => {
        answer.on('error', () => undefined).on('data', (chunk: Buffer) => {
          let count = 0;
          for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
          if (count > 0) line(count);
        });
        resolve();
      }).on('error', reject).end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Runs `work` for each number below `count` on so many clients at once; answers how many a second. */
export async function rate(count: number, clients: number, work: (number: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const start = performance.now();
  const one = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: clients }, one));
  return (count / (performance.now() - start)) * 1000;
}
