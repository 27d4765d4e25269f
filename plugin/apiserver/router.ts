// Every request: open paths, who asks, discovery, OpenAPI, resources, services.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorize } from './access.ts';
import { identify } from './auth.ts';
import { aggregatedType, discovery } from './discovery.ts';
import { healthAnswer } from './health.ts';
import type { JsonObject } from './json.ts';
import type { OpenApi } from './openapi/documents.ts';
import { serveOpenApi } from './openapi/serve.ts';
import { sendError, sendObject, sendText } from './respond.ts';
import type { Parts } from './rest/call.ts';
import { dispatch } from './rest/dispatch.ts';
import { parsePath, type ResourcePath } from './rest/path.ts';
import { review } from './reviews.ts';
import type { ServiceProxy } from './backend.ts';
import { badRequest, methodNotAllowed, noSuchPath, Nowhere } from './status.ts';
import { version } from '../../proxy/telemetry/version.ts';

export interface Routes extends Parts {
  readonly openApi: OpenApi;
  readonly serviceProxy: ServiceProxy;
}

/** Clients decide by these numbers what they may use: they are those of the release whose behaviour is kept here. */
const versionDocument = {
  major: '1', minor: '35', emulationMajor: '1', emulationMinor: '35', minCompatibilityMajor: '1', minCompatibilityMinor: '34', gitVersion: `v1.35.4+clrk.${version}`, gitCommit: '', gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: '', platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

const rootPaths = ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];

const health = /^\/(?:healthz|livez|readyz)(?:\/|$)/;

/** Answers one request; never throws. */
export async function route(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await answer(routes, request, response);
  } catch (error) {
    await sendError(request, response, error, routes.log);
  }
}

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(request.url ?? '', 'https://localhost');
  if (!url || !request.url?.startsWith('/')) throw badRequest('the request does not name a path');
  const { pathname, searchParams } = url;
  const method = request.method ?? '';
  const path = parsePath(pathname);
  const user = identify(request);
  authorize(user, method, pathname, { path, watching: searchParams.has('watch') && !/^(?:false|0)$/i.test(searchParams.get('watch') ?? '') });
  if (health.test(pathname)) return checked(response, pathname, searchParams);
  const reviewed = path && (await review(request, path, user));
  if (reviewed) return sendObject(request, response, reviewed);
  if (!path) return documents(routes, request, response, pathname);
  if (path.plural === 'services' && path.group === '' && path.subresource === 'proxy') return proxy(routes, path, { request, response, query: searchParams });
  const given = await dispatch(routes, path, { request, response, query: searchParams });
  if (given) await sendObject(request, response, given);
}

function checked(response: ServerResponse, pathname: string, query: URLSearchParams): void {
  const text = healthAnswer(pathname, query);
  if (text === undefined) throw new Nowhere();
  sendText(response, 200, 'text/plain; charset=utf-8', text);
}

async function documents({ registry, openApi }: Routes, request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
  const known = pathname === '/version' || pathname === '/version/' || /^\/(?:apis?|openapi)(?:\/|$)/.test(pathname);
  if (known && request.method !== 'GET') throw methodNotAllowed();
  if (pathname.startsWith('/version')) return sendObject(request, response, { code: 200, body: versionDocument });
  if (pathname === '/') return sendObject(request, response, { code: 200, body: { paths: rootPaths } });
  const { localAddress, localPort } = request.socket;
  const found = discovery(pathname, { accept: request.headers.accept, address: `${localAddress}:${localPort}` }, registry.all());
  if (found) return found.aggregated ? aggregate(request, response, found.body) : sendObject(request, response, { code: 200, body: found.body });
  if (!serveOpenApi(openApi, request, response)) throw pathname.startsWith('/api/') ? noSuchPath() : new Nowhere();
}

/** A client that has the document already gets its tag alone. */
function aggregate(request: IncomingMessage, response: ServerResponse, body: JsonObject): void {
  const text = JSON.stringify(body);
  const etag = `"${createHash('sha512').update(text).digest('hex').toUpperCase()}"`;
  const headers = { etag, vary: 'Accept', 'cache-control': 'public' };
  if (String(request.headers['if-none-match'] ?? '').includes(etag)) response.writeHead(304, headers).end();
  else sendText(response, 200, aggregatedType, text, headers);
}

async function proxy({ serviceProxy, ...parts }: Routes, path: ResourcePath, exchange: { request: IncomingMessage; response: ServerResponse; query: URLSearchParams }): Promise<void> {
  const resource = parts.registry.find('', 'v1', 'services');
  if (!resource || !path.namespace) throw noSuchPath();
  await serviceProxy.pass({ ...parts, ...exchange, resource, namespace: path.namespace, name: path.name, subresource: path.subresource }, path.rest);
}
