// The OpenAPI documents, made when they are first asked for and kept until the kinds change.
import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { Registry } from '../registry.ts';
import type { Resource } from '../resource.ts';
import { paths } from './paths.ts';
import { schemas } from './schemas.ts';

const about = { title: 'Kubernetes', version: 'v1.35.4' };

interface Group {
  readonly path: string;
  readonly resources: readonly Resource[];
  text?: string;
}

export class OpenApi {
  readonly #registry: Registry;
  #generation = -1;
  #groups = new Map<string, Group>();
  #two: string | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Which documents there are; the hash in an address changes with the document, so a client may keep it for ever. */
  index(): JsonObject {
    this.#refresh();
    const entries = [...this.#groups.values()].map((group) => {
      const hash = createHash('sha256').update(this.#textOf(group)).digest('hex').slice(0, 32).toUpperCase();
      return [group.path, { serverRelativeURL: `/openapi/v3/${group.path}?hash=${hash}` }] as const;
    });
    return { paths: Object.fromEntries(entries) };
  }

  /** The OpenAPI v3 document of `api/v1` or `apis/<group>/<version>`, as JSON text. */
  document(path: string): string | undefined {
    this.#refresh();
    const group = this.#groups.get(path);
    return group && this.#textOf(group);
  }

  /** The OpenAPI v2 document, as JSON text. */
  two(): string {
    this.#refresh();
    this.#two ??= JSON.stringify({ swagger: '2.0', info: about, paths: paths(this.#registry.all(), 2), definitions: schemas(this.#registry.all(), '#/definitions/', 2) });
    return this.#two;
  }

  #textOf(group: Group): string {
    group.text ??= JSON.stringify({ openapi: '3.0.0', info: about, paths: paths(group.resources, 3), components: { schemas: schemas(group.resources, '#/components/schemas/', 3) } });
    return group.text;
  }

  #refresh(): void {
    if (this.#generation === this.#registry.generation) return;
    this.#generation = this.#registry.generation;
    this.#two = undefined;
    const groups = new Map<string, { path: string; resources: Resource[] }>();
    for (const resource of this.#registry.all()) {
      const path = resource.group ? `apis/${resource.group}/${resource.version}` : `api/${resource.version}`;
      const group = groups.get(path) ?? { path, resources: [] };
      group.resources.push(resource);
      groups.set(path, group);
    }
    this.#groups = groups;
  }
}
