// Keeps in each namespace the Role that lets the operator read the Secrets named there: before they are watched, and no longer than they are named.
import type { Logger } from '../../proxy/telemetry/log.ts';
import { secretsRole } from '../install/names.ts';
import type { Kube } from '../kube/kube.ts';
import { Queue } from '../kube/queue.ts';
import { rolebindings, roles } from '../kube/resources.ts';
import { secretsGrant } from '../plan/secrets-role.ts';
import { Kept } from './kept.ts';

interface Ref {
  readonly namespace: string;
  readonly name: string;
}

export class SecretGrants {
  readonly #kept: Kept;
  readonly #queue: Queue;
  readonly #open: Promise<void>;
  #names: ReadonlyMap<string, readonly string[]> = new Map();
  /** Before anybody has said which Secrets are wanted, that none are means nothing. */
  #isTold = false;
  /** Who waits for the Role of a namespace. */
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();

  constructor(kube: Kube, log: Logger, signal: AbortSignal) {
    const scope = { fieldSelector: `metadata.name=${secretsRole}` };
    this.#kept = new Kept({ kube, log, signal, watched: [roles, rolebindings].map((resource) => ({ resource, scope })), onDrift: ({ metadata }) => this.#queue.add(metadata.namespace ?? '') });
    this.#queue = new Queue({
      work: (namespace) => this.#keep(namespace),
      onError: (namespace, error, retryInMs) => log.warn(`keeping Role ${secretsRole} in namespace ${namespace}`, { error, retryInMs: Math.round(retryInMs) }),
    });
    this.#open = this.#kept.open();
  }

  /** From now on these, and only these, may be read. */
  want(named: readonly Ref[]): void {
    const names = new Map<string, string[]>();
    for (const { namespace, name } of named) names.set(namespace, [...(names.get(namespace) ?? []), name]);
    this.#isTold = true;
    const before = this.#names;
    this.#names = new Map([...names].map(([namespace, all]) => [namespace, [...new Set(all)].toSorted()]));
    for (const namespace of new Set([...before.keys(), ...names.keys()])) {
      if (before.get(namespace)?.join() !== this.#names.get(namespace)?.join()) this.#queue.add(namespace);
    }
    // Namespaces in which nothing has been named since we started.
    void this.#open.then(() => this.#kept.list(roles).forEach(({ metadata }) => this.#names.has(metadata.namespace ?? '') || this.#queue.add(metadata.namespace ?? '')));
  }

  /** Resolves when the Role of the Secret's namespace has its name; throws when the Role cannot be written. */
  async granted({ namespace, name }: Ref): Promise<void> {
    await this.#open;
    if (!this.#names.get(namespace)?.includes(name) || this.#isKept(namespace)) return;
    const waiting = this.#waiting.get(namespace) ?? Promise.withResolvers<void>();
    this.#waiting.set(namespace, waiting);
    this.#queue.add(namespace);
    await waiting.promise;
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  #isKept(namespace: string): boolean {
    return secretsGrant(namespace, this.#names.get(namespace) ?? []).every((object) => this.#kept.isKept(object));
  }

  async #keep(namespace: string): Promise<void> {
    await this.#open;
    if (!this.#isTold) return;
    const names = this.#names.get(namespace) ?? [];
    const waiting = this.#waiting.get(namespace);
    this.#waiting.delete(namespace);
    // Nobody need look at it; without this an error would end the process.
    waiting?.promise.catch(() => undefined);
    try {
      for (const object of secretsGrant(namespace, names)) await (names.length > 0 ? this.#kept.keep(object) : this.#remove(object));
      waiting?.resolve();
    } catch (error) {
      waiting?.reject(error);
      throw error;
    }
  }

  async #remove(object: ReturnType<typeof secretsGrant>[number]): Promise<void> {
    const resource = object.kind === 'Role' ? roles : rolebindings;
    if (this.#kept.get(resource, object.metadata)) await this.#kept.remove(object);
  }
}
