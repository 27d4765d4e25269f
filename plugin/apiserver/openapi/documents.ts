// The OpenAPI documents, made when they are first asked for and kept until the kinds change.
import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { Registry } from '../registry.ts';
import type { Resource } from '../resource.ts';
import { encodeDocument } from './protobuf.ts';
import { paths } from './paths.ts';
import { schemas } from './schemas.ts';
import { documentTwo } from './two.ts';

const info = { title: 'Kubernetes', version: '1.35' };
const customInfo = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };

/** A document and the hash that changes with it. */
export interface Published {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

interface Group {
  readonly path: string;
  readonly resources: readonly Resource[];
  made?: Published;
}

const publish = (bytes: Uint8Array, of: Uint8Array = bytes): Published => ({ bytes, hash: createHash('sha512').update(of).digest('hex').toUpperCase() });

export class OpenApi {
  readonly #registry: Registry;
  #generation = -1;
  #groups = new Map<string, Group>();
  #two: { readonly json: Published; readonly protobuf: Published } | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Which documents there are; the hash in an address changes with the document, so a client may keep it for ever. */
  index(): JsonObject {
    this.#refresh();
    return { paths: Object.fromEntries([...this.#groups.values()].map((group) => [group.path, { serverRelativeURL: `/openapi/v3/${group.path}?hash=${made(group).hash}` }])) };
  }

  /** The OpenAPI v3 document of `api/v1` or `apis/<group>/<version>`. */
  document(path: string): Published | undefined {
    this.#refresh();
    const group = this.#groups.get(path);
    return group && made(group);
  }

  /** The OpenAPI v2 document in both writings; they have one hash. */
  two(): { readonly json: Published; readonly protobuf: Published } {
    this.#refresh();
    if (this.#two) return this.#two;
    const all = this.#registry.all();
    const served = paths(all);
    const document = documentTwo({ info, paths: served, schemas: schemas(all, served, 2) });
    const json = publish(Buffer.from(JSON.stringify(document)));
    this.#two = { json, protobuf: { bytes: encodeDocument(document), hash: json.hash } };
    return this.#two;
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
    this.#groups = new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function made(group: Group): Published {
  if (group.made) return group.made;
  const served = paths(group.resources);
  const about = group.resources.some(({ rules }) => rules.typed) ? info : customInfo;
  group.made = publish(Buffer.from(JSON.stringify({ openapi: '3.0.0', info: about, paths: served, components: { schemas: schemas(group.resources, served, 3) } })));
  return group.made;
}
