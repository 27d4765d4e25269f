// The thin client: Kubernetes verbs as requests, answers as objects.
import { isDeepStrictEqual } from 'node:util';
import { isNotFound, refusal } from './errors.ts';
import type { Answer, ApplyOptions, ApplyOutcome, Kube, KubeObject, Ref, RequestOptions, Resource, Scope } from './kube.ts';
import { versionOf } from './resources.ts';
import { readText, send, type Target } from './transport.ts';
import { warningsOf } from './warnings.ts';
import { watchForever, watchSeconds } from './watch.ts';

/** Large lists come in pieces of this size, so that neither side holds one huge answer. */
const pageSize = '500';

export function collectionPath(resource: Resource, namespace?: string): string {
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
  return resource.namespaced && namespace ? `${root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}` : `${root}/${resource.plural}`;
}

export function objectPath(resource: Resource, { namespace, name }: Ref, subresource?: string): string {
  const path = `${collectionPath(resource, resource.namespaced ? (namespace ?? 'default') : undefined)}/${encodeURIComponent(name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

interface List {
  readonly items?: readonly KubeObject[];
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

export function kubeClient(target: Target): Kube {
  const { server } = target;
  const request = (method: string, path: string, options?: RequestOptions): Promise<Answer> => send(target, method, path, options);
  const exchange = async (method: string, path: string, options?: RequestOptions, onWarning?: (text: string) => void): Promise<{ status: number; value: unknown }> => {
    const answer = await request(method, path, options);
    if (onWarning) warningsOf(answer.headers['warning']).forEach(onWarning);
    const body = await readText(server, answer);
    if (answer.status >= 400) throw refusal(answer.status, body, server);
    try {
      return { status: answer.status, value: JSON.parse(body) };
    } catch {
      throw refusal(502, `the answer of ${server} to ${method} ${path} is not JSON; is it a Kubernetes API server?`, server);
    }
  };

  const get = async (resource: Resource, ref: Ref): Promise<KubeObject | undefined> => {
    try {
      return (await exchange('GET', objectPath(resource, ref))).value as KubeObject;
    } catch (error) {
      // A missing kind and a missing object are both 404; only the second names what it did not find.
      if (isNotFound(error) && namesObject(error)) return undefined;
      throw error;
    }
  };

  const list = async (resource: Resource, scope: Scope = {}) => {
    const items: KubeObject[] = [];
    let resourceVersion = '';
    let token: string | undefined;
    do {
      const query = { limit: pageSize, labelSelector: scope.labelSelector, fieldSelector: scope.fieldSelector, continue: token };
      const page = (await exchange('GET', collectionPath(resource, scope.namespace), { query })).value as List;
      // Items of built-in kinds come without apiVersion and kind.
      for (const item of page.items ?? []) items.push({ ...item, apiVersion: versionOf(resource), kind: resource.kind });
      resourceVersion = page.metadata?.resourceVersion ?? resourceVersion;
      token = page.metadata?.continue || undefined;
    } while (token);
    return { items, resourceVersion };
  };

  const apply = async (resource: Resource, object: KubeObject, options: ApplyOptions) => {
    const path = objectPath(resource, object.metadata, options.subresource);
    const before = await get(resource, object.metadata);
    const patch: RequestOptions = {
      query: { fieldManager: options.fieldManager, force: options.force ? 'true' : undefined, dryRun: options.dryRun ? 'All' : undefined, fieldValidation: 'Strict' },
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: JSON.stringify(object),
    };
    const { status, value } = await exchange('PATCH', path, patch, options.onWarning);
    const after = value as KubeObject;
    return { object: after, outcome: outcomeOf(status, before, after, options.subresource), ...(before ? { before } : {}) };
  };

  return {
    server,
    get,
    list,
    apply,
    request,
    watch: (resource, options) =>
      watchForever(
        {
          server,
          list: () => list(resource, options),
          open: (resourceVersion, timeoutSeconds) =>
            request('GET', collectionPath(resource, options.namespace), {
              query: { watch: '1', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: String(timeoutSeconds), labelSelector: options.labelSelector, fieldSelector: options.fieldSelector },
              signal: options.signal,
              idleTimeoutMs: (watchSeconds + 180) * 1000,
            }),
        },
        options,
      ),
    create: async (resource, object) => (await exchange('POST', collectionPath(resource, object.metadata.namespace ?? 'default'), { body: JSON.stringify(object) })).value as KubeObject,
    replace: async (resource, object) => (await exchange('PUT', objectPath(resource, object.metadata), { body: JSON.stringify(object) })).value as KubeObject,
    remove: async (resource, ref, options) => {
      try {
        await exchange('DELETE', objectPath(resource, ref), options ? { body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', ...options }) } : {});
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
    close: target.close,
  };
}

function namesObject(error: unknown): boolean {
  const details = (error as { status?: { details?: { name?: unknown } } }).status?.details;
  return typeof details?.name === 'string' && details.name.length > 0;
}

/** The version alone does not tell: a controller may have written the status between our two looks, and a dry run never moves it. */
function outcomeOf(status: number, before: KubeObject | undefined, after: KubeObject, subresource: string | undefined): ApplyOutcome {
  if (status === 201) return 'created';
  // Not there a moment ago, and yet not made by us: somebody else was faster.
  return before && isDeepStrictEqual(content(before, subresource), content(after, subresource)) ? 'unchanged' : 'configured';
}

/** What an apply to this subresource can change. */
function content({ metadata, ...rest }: KubeObject, subresource: string | undefined): unknown {
  const { managedFields: _owners, resourceVersion: _version, generation: _generation, ...kept } = metadata;
  const { status: _status, ...own } = rest as { readonly status?: unknown };
  return { ...(subresource === undefined ? own : rest), metadata: kept };
}
