// The embedded API server as a process of its own, for tests: started, waited for, stopped.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Pki } from '../../plugin/dev/pki.ts';
import { freePort } from './free-port.ts';

export interface EmbeddedOptions {
  /** Its store goes below. */
  readonly folder: string;
  readonly pki: Pki;
  /** What the process gets besides, e.g. for the service proxy. */
  readonly env?: Readonly<Record<string, string>>;
  /** The built bundle instead of the sources one to one: what users run. */
  readonly program?: string;
}

export interface Embedded {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** The present one. */
  process(): ChildProcess;
  /** Kills it and starts it again on the same port with the same store. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const sources = join(import.meta.dirname, '../../plugin/apiserver/main.js');

export async function startEmbedded({ folder, pki, env = {}, program = sources }: EmbeddedOptions): Promise<Embedded> {
  mkdirSync(join(folder, 'data'), { recursive: true, mode: 0o700 });
  const start = (listen: string): ChildProcess =>
    spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        CLRK_DATA_DIR: join(folder, 'data'),
        CLRK_LISTEN: listen,
        CLRK_TLS_CERT_FILE: join(pki.folder, 'apiserver.crt'),
        CLRK_TLS_KEY_FILE: join(pki.folder, 'apiserver.key'),
        CLRK_CLIENT_CA_FILE: join(pki.folder, 'ca.crt'),
        CLRK_SUPERVISED: '1',
        CLRK_LOG_LEVEL: 'warn',
        ...env,
      },
    });
  // A port of its own choosing might be taken while it is away for a restart.
  let child = start(`127.0.0.1:${await freePort()}`);
  const server = await ready(child);
  const stop = async (): Promise<void> => {
    const ended = gone(child);
    child.stdin?.end();
    await ended;
  };
  const restart = async (): Promise<void> => {
    const ended = gone(child);
    child.kill('SIGKILL');
    await ended;
    child = start(new URL(server).host);
    await ready(child);
  };
  return { server, process: () => child, restart, stop };
}

const gone = (child: ChildProcess): Promise<unknown> => (child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve());

async function ready(child: ChildProcess): Promise<string> {
  const complaints: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk.toString('utf8')));
  if (child.stdout === null) throw new Error('the API server has no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /^READY (\{.*\})$/.exec(line)?.[1];
    if (found !== undefined) return (JSON.parse(found) as { readonly address: string }).address;
  }
  throw new Error(`the API server ended before it served: ${complaints.join('')}`);
}
