// From apiVersion and kind to the address of a kind: those of this project are known, the others are asked of the server once per group.
import { refusal } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject, Resource } from '../../operator/kube/kube.ts';
import { resourceOf } from '../../operator/kube/resources.ts';
import { UserError } from '../exit.ts';
import { nearest } from '../nearest.ts';

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** How long a kind may take to appear whose CustomResourceDefinition was applied a moment ago. */
const patienceMs = 10_000;

export class Discovery {
  readonly #kube: Kube;
  readonly #lists = new Map<string, readonly ApiResource[]>();

  constructor(kube: Kube) {
    this.#kube = kube;
  }

  /** `expected`: its definition is part of this apply, so it is waited for. */
  async resource(object: KubeObject, expected: boolean): Promise<Resource> {
    const listed = resourceOf(object);
    if (listed !== undefined && !expected) return listed;
    const { apiVersion, kind } = object;
    for (let waitedMs = 0; ; waitedMs += 200) {
      const list = await this.#list(apiVersion);
      const found = list.find((resource) => resource.kind === kind && !resource.name.includes('/'));
      const [foundGroup, foundVersion] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
      if (found !== undefined) return { group: foundGroup ?? '', version: foundVersion ?? '', plural: found.name, kind, namespaced: found.namespaced };
      if (!expected || waitedMs >= patienceMs) throw unknown(apiVersion, kind, list);
      this.#lists.delete(apiVersion);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Whether the server has the object's kind at this moment. */
  async serves({ apiVersion, kind }: KubeObject): Promise<boolean> {
    return (await this.#list(apiVersion)).some((resource) => resource.kind === kind && !resource.name.includes('/'));
  }

  async #list(apiVersion: string): Promise<readonly ApiResource[]> {
    const known = this.#lists.get(apiVersion);
    if (known !== undefined) return known;
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { status, body } = await this.#kube.request('GET', path.split('/').map(encodeURIComponent).join('/'), { signal: AbortSignal.timeout(30_000) });
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    if (status !== 200 && status !== 404) throw refusal(status, text, this.#kube.server);
    const list = status === 404 ? [] : ((JSON.parse(text) as { resources?: readonly ApiResource[] }).resources ?? []);
    this.#lists.set(apiVersion, list);
    return list;
  }
}

function unknown(apiVersion: string, kind: string, list: readonly ApiResource[]): UserError {
  if (list.length === 0) return new UserError(`the server does not know the API group and version ${apiVersion}`, ['`kubectl api-versions` lists those it knows']);
  const near = nearest(kind, list.map((resource) => resource.kind));
  return new UserError(`the server knows no kind ${kind} in ${apiVersion}`, [near === undefined ? '`kubectl api-resources` lists those it knows' : `did you mean ${near}?`]);
}
