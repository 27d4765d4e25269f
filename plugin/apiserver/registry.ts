// Which resources the server serves now: the compiled-in kinds and those of the stored definitions.
import { coreKinds, definitions } from './core/kinds.ts';
import { resourcesOf } from './crd/resources.ts';
import { prefixOf, type Resource } from './resource.ts';
import type { Store } from './store/store.ts';

export class Registry {
  readonly #byPath = new Map<string, Resource>();
  readonly #byDefinition = new Map<string, readonly Resource[]>();
  /** Grows with every change of the kinds: what discovery and OpenAPI are cached by. */
  #generation = 0;

  constructor(store: Store) {
    for (const kind of coreKinds) this.#byPath.set(`${kind.group}/${kind.version}/${kind.plural}`, kind);
    const prefix = prefixOf(definitions);
    for (const [key, object] of store.range(prefix)) this.#define(key, resourcesOf(object));
    store.subscribe(({ key, object }) => {
      if (key.startsWith(prefix)) this.#define(key, object ? resourcesOf(object) : []);
    });
  }

  get generation(): number {
    return this.#generation;
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  all(): readonly Resource[] {
    return [...this.#byPath.values()];
  }

  /** One resource for each stored kind: where its objects lie does not depend on the version. */
  stored(): readonly Resource[] {
    return [...new Map(this.all().map((resource) => [prefixOf(resource), resource])).values()];
  }

  #define(key: string, resources: readonly Resource[]): void {
    for (const old of this.#byDefinition.get(key) ?? []) this.#byPath.delete(`${old.group}/${old.version}/${old.plural}`);
    for (const made of resources) this.#byPath.set(`${made.group}/${made.version}/${made.plural}`, made);
    this.#byDefinition.set(key, resources);
    this.#generation++;
  }
}
