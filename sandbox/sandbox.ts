// The life of one agent's sandbox: carries out what the supervisor decides, and reports how it is.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../proxy/telemetry/log.ts';
import { messages } from '../proxy/telemetry/log.ts';
import type { SandboxStatus, WorkOrder } from './contract.ts';
import { endOfRun } from './ending.ts';
import { handOver, release } from './handoff.ts';
import type { OrderedImage } from './image.ts';
import { invocation } from './invocation.ts';
import { makeGroup, mostInGroup, type Group } from './limits.ts';
import { freeNetwork, makeNetwork, openSockets, type Network } from './network.ts';
import { Output, outputPipe } from './output.ts';
import { killTree } from './processes.ts';
import { NoImage, PullFailure } from './pull/failure.ts';
import { ownFiles } from './root.ts';
import type { Launch } from './runtime.ts';
import { initial, longestPullBackOffMs, next, type Event, type State } from './supervise.ts';
import type { Started } from './thread.ts';
import type { World } from './world.ts';

/** The proxy has not taken the sockets; nothing runs until it has. */
class NotAdmitted extends Error {}

/** What a dead sandbox wrote is in its pipes; a pipe that is open after this time is held by nobody who matters. */
const lastWordsMs = 2000;
/** Until a proxy that is there and took no sockets is asked again. */
const againMs = 1000;

export class Sandbox {
  readonly order: WorkOrder;
  readonly #world: World;
  readonly #log: Logger;
  readonly #changed: () => void;
  readonly #scratch: string;
  #state: State;
  #timer: NodeJS.Timeout | undefined;
  #message: string | undefined;
  #imageReady = false;
  readonly #image: OrderedImage;
  readonly #stopping = new AbortController();
  /** Stands as the message while all is well. */
  #remark: string | undefined;
  #network: Network | undefined;
  #isAdmitted = false;
  #isReturning = false;
  #isOurDoing = false;
  #running: Started | undefined;
  #launch: Launch | undefined;
  readonly #ended = Promise.withResolvers<void>();

  constructor(order: WorkOrder, world: World, changed: () => void) {
    this.order = order;
    this.#world = world;
    this.#log = world.log;
    this.#changed = changed;
    this.#scratch = join(world.runDir, order.id);
    this.#image = world.images.of(order.image);
    this.#state = initial(Date.now(), order.restartCount);
    this.#arm();
  }

  status(): SandboxStatus {
    const { phase, restartCount, startedAt } = this.#state;
    return {
      id: this.order.id,
      agent: this.order.agent,
      imageReady: this.#imageReady,
      phase,
      ...(this.#message === undefined ? {} : { message: this.#message.slice(0, 1024) }),
      restartCount,
      ...(startedAt === undefined ? {} : { upSince: new Date(startedAt).toISOString() }),
    };
  }

  /** It ended because the worker ends: that is no end of the agent. */
  isCutShort(): boolean {
    return this.#state.step === 'ended' && this.#state.isStopping;
  }

  /** SIGTERM, five seconds, SIGKILL; resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#happened({ kind: 'stop' });
    this.#stopping.abort(new Error('the order was withdrawn'));
    await this.#ended.promise;
  }

  /** The proxy died: until it has the sockets again nothing leaves; a running process goes on and is refused. */
  proxyLost(): void {
    this.#isAdmitted = false;
  }

  /** A proxy answers again: it gets new sockets of the same network. */
  async proxyBack(): Promise<void> {
    if (this.#state.step === 'waiting' && this.#message !== undefined) return this.#retryNow();
    // Its start hands its sockets over itself.
    if (this.#state.step === 'starting') return;
    const network = this.#network;
    if (network === undefined || this.#isAdmitted || this.#isReturning || this.order.egress === undefined) return;
    this.#isReturning = true;
    try {
      // A proxy that only paused still has the old sockets, and with them their ports.
      await release(this.#world.proxySocketDir, this.order.id).catch((cause: unknown) => Promise.reject(new NotAdmitted('waiting for the egress proxy', { cause })));
      if (network !== this.#network) return;
      await this.#admit(network);
      this.#log.info('sandbox admitted again', { sandbox: this.order.id });
    } catch (error) {
      if (network !== this.#network) return;
      if (error instanceof NotAdmitted) return void setTimeout(() => void this.proxyBack(), againMs).unref();
      // Its port may be taken by the agent itself; a new start has a new network, where nobody was before.
      this.#log.warn('the sockets of a sandbox could not be handed over again: it is restarted', { sandbox: this.order.id, error });
      this.#isOurDoing = this.#running !== undefined;
      if (this.#running) killTree(this.#running.pid);
    } finally {
      this.#isReturning = false;
    }
  }

  #retryNow(): void {
    if (this.#state.phase === 'Pending') {
      this.#state = { ...this.#state, wakeAt: Date.now(), failures: 0 };
      this.#arm();
    }
  }

  #happened(event: Event): void {
    const before = this.#state;
    const { state, act } = next(before, event, this.order, Date.now());
    this.#state = state;
    this.#arm();
    if (act === 'start') void this.#run();
    if (act === 'terminate') this.#terminate();
    if (act === 'kill' && this.#running) killTree(this.#running.pid);
    if (state.phase !== before.phase || state.restartCount !== before.restartCount) {
      this.#log.info('sandbox', { sandbox: this.order.id, phase: state.phase, restarts: state.restartCount, message: this.#message });
    }
    if (state.step === 'ended' && before.step !== 'ended') this.#leave();
    this.#changed();
  }

  #terminate(): void {
    if (this.#running === undefined || this.#launch === undefined || this.#network === undefined) return;
    const { inside, runtime } = this.#world;
    runtime.terminate(this.#running, { launch: this.#launch, inside, network: this.#network.fd });
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { wakeAt } = this.#state;
    if (wakeAt === undefined) return;
    // The longest a timer can be is 24 days; a later one wakes, sees that it is early, and is set again.
    const delay = Math.min(Math.max(0, wakeAt - Date.now()), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.#happened({ kind: 'wake' }), delay);
  }

  async #run(): Promise<void> {
    let group: Group | undefined;
    try {
      mkdirSync(this.#scratch, { recursive: true, mode: 0o700 });
      const launch = await this.#prepare();
      this.#launch = launch;
      group = makeGroup(this.#world.delegation, this.order.id, this.order.limits, mostInGroup(this.#world.runtime));
      const output = new Output(this.#world.telemetry.logger, this.order, this.#world.runtime.name);
      const pipes = { stdout: outputPipe(), stderr: outputPipe() };
      const start = group.wrap(this.#world.runtime.start(launch), this.#world.runtime);
      const stdio = ['ignore' as const, pipes.stdout.write, pipes.stderr.write, ...start.fds];
      const silence = new AbortController();
      const followed = Promise.all([output.follow('stdout', pipes.stdout.read, silence.signal), output.follow('stderr', pipes.stderr.read, silence.signal)]);
      this.#isOurDoing = false;
      this.#running = await this.#world.inside.spawn(this.#network?.fd ?? -1, { file: start.file, args: start.args, env: start.env, stdio });
      this.#message = this.#remark;
      this.#happened({ kind: 'started' });
      // The proxy may have died since it took the sockets.
      if (!this.#isAdmitted) void this.proxyBack();
      const { pid, exited } = this.#running;
      const { code, signal } = await exited;
      killTree(pid);
      const seen = { kills: group.outOfMemoryKills(), wasRefusedProcesses: group.wasRefusedProcesses() };
      const late = setTimeout(() => silence.abort(), lastWordsMs);
      await followed;
      clearTimeout(late);
      await this.#clear(group);
      const isOurDoing = this.#isOurDoing;
      const how = signal === null ? `exit code ${code}` : signal;
      this.#message = endOfRun({ how, ...seen, memoryBytes: this.order.limits.memoryBytes });
      this.#happened({ kind: 'exited', code: code ?? 128, isOurDoing });
    } catch (error) {
      await this.#clear(group);
      const isWaiting = error instanceof NoImage || error instanceof NotAdmitted;
      // A pull's message is for a person as it is; its causes are what the machine said.
      this.#message = error instanceof NoImage ? error.message : messages(error).join(': ');
      if (error instanceof PullFailure) this.#log.warn('an image could not be pulled', { sandbox: this.order.id, image: this.order.image, error });
      if (!isWaiting && !this.#state.isStopping) this.#log.warn('a sandbox could not be started', { sandbox: this.order.id, error });
      this.#happened({ kind: 'not-started', isWaiting, ...(error instanceof PullFailure ? { longestMs: longestPullBackOffMs } : {}) });
    }
  }

  async #prepare(): Promise<Launch> {
    const { order } = this;
    const world = this.#world;
    const { root: image, remark } = await this.#image.find({ scratch: this.#scratch, signal: this.#stopping.signal, tell: (message) => this.#tell(message) });
    this.#imageReady = true;
    this.#remark = remark;
    const authority = order.egress?.authority;
    const own = ownFiles(join(this.#scratch, 'own'), { hostName: order.id, ...(authority === undefined ? {} : { authority }) }, image.bundles);
    const { command, env } = invocation(order, image);
    this.#network = await makeNetwork(world.inside, order.egress !== undefined, world.interception, world.rulesFile);
    if (order.egress !== undefined) await this.#admit(this.#network);
    const { root, workdir, user } = image;
    return { id: order.id, scratch: this.#scratch, root, binds: [...image.binds, ...own], command, env, workdir, user, memoryBytes: order.limits.memoryBytes };
  }

  #tell(message: string): void {
    this.#message = message;
    this.#changed();
  }

  async #admit(network: Network): Promise<void> {
    const { id, agent, egress } = this.order;
    if (egress === undefined) return;
    const open = await openSockets(this.#world.inside, network);
    try {
      await handOver(this.#world.proxySocketDir, { id, agent, gateway: egress.gateway, runtime: this.#world.runtime.name }, open);
      this.#isAdmitted = true;
    } catch (error) {
      throw new NotAdmitted('waiting for the egress proxy', { cause: error });
    }
  }

  async #clear(group: Group | undefined): Promise<void> {
    this.#running = undefined;
    if (this.#launch) this.#world.runtime.clean(this.#launch);
    this.#launch = undefined;
    group?.remove();
    const network = this.#network;
    this.#network = undefined;
    if (network) {
      freeNetwork(network);
      if (this.#isAdmitted) await release(this.#world.proxySocketDir, this.order.id).catch(() => undefined);
    }
    this.#isAdmitted = false;
  }

  #leave(): void {
    this.#image.end();
    clearTimeout(this.#timer);
    rmSync(this.#scratch, { recursive: true, force: true });
    this.#ended.resolve();
  }
}
