// Starts a real worker process between a test operator and a test receiver, in a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { workerUser, type RuntimeChoice, type SandboxStatus, type WorkOrder } from '../../sandbox/contract.ts';
import { TestOperator } from './operator.ts';
import { Receiver } from './receiver.ts';

export const isRoot = process.getuid?.() === 0;
export const hostImage = 'localhost/host';

export interface RigOptions {
  /** Run the worker as this ordinary user (only root can). */
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Everything of the worker lies in a folder that only its starter may enter, as a home under /root. */
  readonly isClosed?: boolean;
  /** Another build of the worker than the one beside the tests. */
  readonly entry?: string;
  /** Goes before the worker's command, as what makes a container does. */
  readonly within?: readonly string[];
}

export class Rig {
  readonly dir = mkdtempSync(join(tmpdir(), 'clrk-sandbox-'));
  readonly operator = new TestOperator('worker-token');
  readonly socketDir = join(this.dir, 'proxy');
  readonly receiver = new Receiver(this.socketDir);
  readonly runDir = join(this.dir, 'run');
  readonly stateDir = join(this.dir, 'state');
  worker: ChildProcess | undefined;
  operatorUrl = '';
  errors = '';
  #ready = Promise.withResolvers<{ readonly runtime: RuntimeChoice }>();
  exited: Promise<number | null> = Promise.resolve(null);

  async start(options: RigOptions = {}): Promise<{ readonly runtime: RuntimeChoice }> {
    chmodSync(this.dir, options.isClosed ? 0o700 : 0o755);
    mkdirSync(this.socketDir, { mode: 0o750 });
    mkdirSync(join(this.stateDir, 'images'), { recursive: true });
    if (isRoot) chownSync(this.socketDir, options.uid ?? 0, workerUser.gid);
    await this.receiver.start();
    if (options.uid !== undefined) {
      for (const path of [this.dir, this.stateDir, join(this.socketDir, 'control.sock'), join(this.socketDir, 'handoff.sock')]) chownSync(path, options.uid, options.uid);
    }
    this.operatorUrl = await this.operator.listen();
    writeFileSync(join(this.dir, 'ca.pem'), this.operator.authority.certificate);
    writeFileSync(join(this.dir, 'token'), 'worker-token\n', { mode: 0o600 });
    if (options.uid !== undefined) chownSync(join(this.dir, 'token'), options.uid, options.uid);
    return await this.launch(this.operatorUrl, options);
  }

  async launch(operatorUrl: string, options: RigOptions = {}): Promise<{ readonly runtime: RuntimeChoice }> {
    this.#ready = Promise.withResolvers();
    const entry = options.entry ?? fileURLToPath(new URL('../../sandbox/main.js', import.meta.url));
    const env = {
      PATH: process.env['PATH'] ?? '',
      CLRK_OPERATOR_URL: operatorUrl,
      CLRK_OPERATOR_CA_FILE: join(this.dir, 'ca.pem'),
      CLRK_OPERATOR_TOKEN_FILE: join(this.dir, 'token'),
      POD_NAME: 'worker-0',
      POD_NAMESPACE: 'clrk',
      CLRK_PROXY_SOCKET_DIR: this.socketDir,
      CLRK_STATE_DIR: this.stateDir,
      CLRK_RUN_DIR: this.runDir,
      CLRK_HOST_IMAGES: hostImage,
      CLRK_OFFLINE: '1',
      CLRK_SUPERVISED: '1',
      CLRK_OTLP_DELAY_MS: '50',
      ...options.env,
    };
    const ids = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
    const [within, ...rest] = options.within ?? [];
    const worker = spawn(within ?? process.execPath, within === undefined ? [entry] : [...rest, process.execPath, entry], { env, stdio: ['pipe', 'pipe', 'pipe'], ...ids });
    this.worker = worker;
    this.exited = new Promise((resolve) => {
      worker.once('exit', (code) => resolve(code));
    });
    let said = '';
    worker.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes('\n')) this.#ready.resolve(JSON.parse(said.slice('READY '.length)) as { runtime: RuntimeChoice });
    });
    worker.stderr.on('data', (bytes: Buffer) => {
      this.errors += bytes.toString();
    });
    worker.once('exit', (code) => this.#ready.reject(new Error(`the worker ended with ${code}: ${this.errors}`)));
    return await this.#ready.promise;
  }

  /** Waits for something to become true; the error tells what the worker logged. */
  async until<T>(what: string, look: () => T | undefined | false): Promise<T> {
    for (let tries = 0; tries < 400; tries++) {
      const seen = look();
      if (seen !== undefined && seen !== false) return seen;
      await sleep(25);
    }
    throw new Error(`${what} did not come; last status ${JSON.stringify(this.operator.statuses.at(-1))}; the worker logged: ${this.errors.slice(-3000)}`);
  }

  status(id: string): SandboxStatus | undefined {
    return this.operator.statuses.at(-1)?.sandboxes.find((s) => s.id === id);
  }

  /** Lines an agent wrote, in order. */
  lines(id: string): readonly string[] {
    return this.operator.records.filter((r) => r.attributes['clrk.sandbox.id'] === id).map((r) => r.body);
  }

  /** Runs a shell script once in a sandbox and gives its lines, when it has ended. */
  async run(id: string, script: string, more: OrderChange = {}): Promise<readonly string[]> {
    this.operator.order([order(id, { command: ['/bin/sh', '-c', `${script}\necho "#end"`], restartPolicy: 'Never', ...more })]);
    return await this.until(`the end of ${id}`, () => {
      const lines = this.lines(id);
      return lines.includes('#end') && lines.filter((l) => l !== '#end');
    });
  }

  async stop(): Promise<number | null> {
    this.worker?.stdin?.end();
    const code = await this.exited;
    await this.receiver.die();
    await this.operator.close();
    rmSync(this.dir, { recursive: true, force: true });
    return code;
  }
}

export interface OrderChange extends Partial<WorkOrder> {
  readonly hasEgress?: boolean;
}

export function order(id: string, { hasEgress = true, ...more }: OrderChange = {}): WorkOrder {
  return {
    id,
    agent: { kind: 'DaemonAgent', namespace: 'default', name: id, uid: 'uid-1', revision: `${id}-00001` },
    image: hostImage,
    command: ['/bin/sh', '-c', 'sleep 1000'],
    args: [],
    env: [],
    restartPolicy: 'Always',
    maxRestarts: 0,
    maxLifetimeSeconds: 0,
    limits: { cpuMillis: 0, memoryBytes: 0 },
    ...(hasEgress ? { egress: { gateway: 'default/echo', authority: 'the PEM of a CA\n' } } : {}),
    ...more,
  };
}
