// Finds the route entry that a request falls under. Pure; the first entry that matches wins.
import { matchesAny } from '../glob.ts';
import type { LiveGateway, LiveRoute } from '../policy.ts';
import { routeCovers } from '../providers/list.ts';

export type Routed =
  | { readonly kind: 'matched'; readonly entry: LiveRoute }
  /** No entry matches and the gateway lets such requests pass, without a route's credential. */
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly code: 'host' | 'request'; readonly detail: string };

/** Whether the answer can depend on the model, so that the body must be read first. */
export function needsModel(gateway: LiveGateway, host: string, path: string): boolean {
  for (const entry of gateway.routes) {
    if (!reaches(entry, host, path)) continue;
    return entry.models !== undefined;
  }
  return false;
}

/** `model` is undefined when the request names none: then an entry with models does not match. */
export function route(gateway: LiveGateway, host: string, path: string, model: string | undefined): Routed {
  const found = gateway.routes.find((e) => reaches(e, host, path) && (e.models === undefined || (model !== undefined && matchesAny(e.models, model))));
  if (found !== undefined) return { kind: 'matched', entry: found };
  if (gateway.defaultPolicy === 'allow-all') return { kind: 'open' };
  const covering = [...new Set(gateway.routes.filter((e) => routeCovers(e.provider, host)).map((e) => e.route))];
  return covering.length === 0
    ? { kind: 'refused', code: 'host', detail: `egress gateway ${gateway.gateway}, host ${host}` }
    : { kind: 'refused', code: 'request', detail: `route ${covering.slice(0, 8).join(', ')}, path ${path.slice(0, 200)}${model === undefined ? '' : `, model ${model.slice(0, 100)}`}` };
}

/** Routes open hosts of providers, and only TLS proves that it is them. */
export function routeCleartext(gateway: LiveGateway, host: string): Routed {
  if (gateway.defaultPolicy === 'allow-all') return { kind: 'open' };
  return { kind: 'refused', code: 'host', detail: `egress gateway ${gateway.gateway}, host ${host} without TLS` };
}

function reaches(entry: LiveRoute, host: string, path: string): boolean {
  return routeCovers(entry.provider, host) && (entry.endpoints === undefined || (isPlain(entry.provider, path) && matchesAny(entry.endpoints, path)));
}

/**
 * Whether a glob on the path as it is written judges the path that a server would serve: no hidden slash, no second
 * encoding, nothing that ends or bends a text.
 */
function isPlain(provider: string, path: string): boolean {
  // The model of Bedrock may be an ARN, whose slashes are always escaped.
  const judged = provider === 'aws_bedrock' ? path.replace(/^\/model\/[^/]+/, '/model/') : path;
  if (/%(?:2f|5c|25|00)/i.test(judged)) return false;
  try {
    return decodeURIComponent(path) !== undefined;
  } catch {
    return false;
  }
}
