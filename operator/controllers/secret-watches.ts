// Watches exactly those Secrets that somebody names, each by its name: the operator never asks for others.
import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf } from '../kube/cache.ts';
import { isForbidden } from '../kube/errors.ts';
import type { Kube, KubeObject } from '../kube/kube.ts';
import { secrets } from '../kube/resources.ts';
import type { SecretState } from '../plan/secret-state.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';

interface Ref {
  readonly namespace: string;
  readonly name: string;
}

/** An API server takes a moment to know a Role that was just written; until then what it forbids is no news. */
const forbiddenForMs = 2000;

interface Watched {
  readonly stop: AbortController;
  state: SecretState;
}

export class SecretWatches {
  readonly #kube: Kube;
  readonly #log: Logger;
  readonly #watched = new Map<string, Watched>();
  readonly #changed: (namespace: string, name: string) => void;
  readonly #granted: (ref: Ref) => Promise<void>;

  /** A Secret is looked at when `granted` says that it may be. */
  constructor(kube: Kube, { log, changed, granted }: { readonly log: Logger; readonly changed: (namespace: string, name: string) => void; readonly granted: (ref: Ref) => Promise<void> }) {
    this.#kube = kube;
    this.#log = log;
    this.#changed = changed;
    this.#granted = granted;
  }

  get(namespace: string, name: string): SecretState {
    return this.#watched.get(keyOf({ namespace, name }))?.state ?? { state: 'unknown' };
  }

  /** Whether every named Secret has been looked up, or cannot be: one that is forbidden must not hold up all others. */
  get settled(): boolean {
    return [...this.#watched.values()].every(({ state }) => state.state !== 'unknown' || state.why !== undefined);
  }

  /** From now on these, and only these, are watched. */
  want(named: readonly Ref[]): void {
    const keys = new Map(named.map((ref) => [keyOf(ref), ref]));
    for (const [key, { stop }] of this.#watched) {
      if (keys.has(key)) continue;
      stop.abort();
      this.#watched.delete(key);
    }
    for (const [key, ref] of keys) {
      if (this.#watched.has(key)) continue;
      const watched: Watched = { stop: new AbortController(), state: { state: 'unknown' } };
      this.#watched.set(key, watched);
      void this.#run(ref, watched);
    }
  }

  close(): void {
    for (const { stop } of this.#watched.values()) stop.abort();
    this.#watched.clear();
  }

  async #run(ref: Ref, watched: Watched): Promise<void> {
    const { signal } = watched.stop;
    let grantedAt: number | undefined;
    for (let delayMs = 50; !signal.aborted; delayMs = Math.min(delayMs * 2, 5000)) {
      try {
        await this.#granted(ref);
        if (signal.aborted) return;
        grantedAt ??= performance.now();
        await this.#follow(ref, watched);
      } catch (error) {
        if (signal.aborted) return;
        if (grantedAt === undefined || !isForbidden(error) || performance.now() - grantedAt > forbiddenForMs) this.#cannotRead(ref, watched, error);
        await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #follow({ namespace, name }: Ref, watched: Watched): Promise<void> {
    const options = { namespace, fieldSelector: `metadata.name=${name}`, signal: watched.stop.signal };
    let seen: KubeObject | undefined;
    for await (const event of this.#kube.watch(secrets, options)) {
      if (event.type === 'SYNCED') {
        if (watched.state.state === 'unknown') this.#set(watched, seen, namespace, name);
        continue;
      }
      // A server that did not understand the selector would send others.
      if (event.object.metadata.name !== name) continue;
      seen = event.type === 'DELETED' ? undefined : event.object;
      this.#set(watched, seen, namespace, name);
    }
  }

  /** What was known before stands; without that, whoever names the Secret is told. */
  #cannotRead({ namespace, name }: Ref, watched: Watched, error: unknown): void {
    const why = error instanceof Error ? error.message.slice(0, 300) : String(error);
    if (watched.state.state !== 'unknown' || watched.state.why === why) return;
    this.#log.warn(`watching Secret ${namespace}/${name}`, { error });
    watched.state = { state: 'unknown', why };
    this.#changed(namespace, name);
  }

  #set(watched: Watched, secret: KubeObject | undefined, namespace: string, name: string): void {
    watched.state = secret ? { state: 'present', secret } : { state: 'absent' };
    this.#changed(namespace, name);
  }
}
