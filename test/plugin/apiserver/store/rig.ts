// The API server's own process for one test: always the same folder and port, and clients with the administrator's certificate.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '../../../../proxy/x509/issue.ts';
import { freePort } from '../../../support/free-port.ts';

const main = new URL('../../../../../dist/apiserver.js', import.meta.url).pathname;

/** Resolves when the process serves, or has ended. */
export const readyOrGone = (child: ChildProcess): Promise<unknown> => Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);

export class Rig {
  readonly state: string;
  readonly address: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #identity: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly #agents: Agent[] = [];
  child: ChildProcess | undefined;
  /** What it logged. */
  log = '';
  /** How it ended, and what it said then, whenever that was not by SIGKILL. */
  said = '';

  constructor(dir: string, port: number, env: Readonly<Record<string, string>>) {
    const ca = issueCertificate({ subject: 'test', usage: 'ca', days: 2 });
    const server = issueCertificate({ subject: 'apiserver', usage: 'server', days: 2, altNames: ['127.0.0.1'], issuer: ca });
    const admin = issueCertificate({ subject: 'admin', organization: 'system:masters', usage: 'client', days: 2, issuer: ca });
    const file = (name: string, text: string): string => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    };
    this.state = join(dir, 'state');
    this.address = `https://127.0.0.1:${port}`;
    this.#identity = { ca: ca.certificate, cert: admin.certificate, key: admin.key };
    this.#env = {
      PATH: process.env['PATH'] ?? '', CLRK_DATA_DIR: this.state, CLRK_LISTEN: `127.0.0.1:${port}`, CLRK_TLS_CERT_FILE: file('crt', server.certificate),
      CLRK_TLS_KEY_FILE: file('key', server.key), CLRK_CLIENT_CA_FILE: file('ca', ca.certificate), ...env,
    };
  }

  agent(): Agent {
    const made = new Agent({ ...this.#identity, keepAlive: true });
    this.#agents.push(made);
    return made;
  }

  /** `shell`: what is done before it in the same process, e.g. a limit. */
  start(shell = ''): ChildProcess {
    const child = spawn('sh', ['-c', `${shell}; exec "$0" "$1"`.replace(/^; /, ''), process.execPath, main], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
      this.log += chunk;
    });
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL') this.said += `exit ${code}: ${err}`;
    });
    return child;
  }

  close(): void {
    this.child?.kill('SIGKILL');
    for (const agent of this.#agents) agent.destroy();
  }
}

export async function startRig(t: { teardown(f: () => void): void }, env: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'clrk-apiserver-'));
  const rig = new Rig(dir, await freePort(), env);
  t.teardown(() => {
    rig.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return rig;
}
