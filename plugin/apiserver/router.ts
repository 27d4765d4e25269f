// Every request: open paths, who asks, discovery, OpenAPI, resources, services.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorize } from './auth.ts';
import { discovery } from './discovery.ts';
import type { OpenApi } from './openapi/documents.ts';
import { sendError, sendObject, sendText } from './respond.ts';
import type { Parts } from './rest/call.ts';
import { dispatch } from './rest/dispatch.ts';
import { parsePath, type ResourcePath } from './rest/path.ts';
import { review } from './reviews.ts';
import type { ServiceProxy } from './backend.ts';
import { badRequest, methodNotAllowed, noSuchPath, notAcceptable } from './status.ts';
import { version } from '../../proxy/telemetry/version.ts';

export interface Routes extends Parts {
  readonly openApi: OpenApi;
  readonly serviceProxy: ServiceProxy;
}

const versionDocument = {
  major: '1', minor: '32', gitVersion: `v1.32.0+clrk.${version}`, gitCommit: '', gitTreeState: 'clean', buildDate: '1970-01-01T00:00:00Z',
  goVersion: '', compiler: '', platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

const health = new Set(['/livez', '/readyz', '/healthz']);

/** Answers one request; never throws. */
export async function route(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await answer(routes, request, response);
  } catch (error) {
    sendError(request, response, error, routes.log);
  }
}

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(request.url ?? '', 'https://localhost');
  if (!url || !request.url?.startsWith('/')) throw badRequest('the request does not name a path');
  const { pathname, searchParams } = url;
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (reading && health.has(pathname)) return sendText(response, 200, 'text/plain; charset=utf-8', 'ok');
  if (reading && pathname === '/version') return sendObject(request, response, { code: 200, body: versionDocument });
  const path = parsePath(pathname);
  const reviewed = await review(request, path);
  if (reviewed) return sendObject(request, response, reviewed);
  authorize(request, path);
  if (!path) return documents(routes, request, response, pathname);
  if (path.plural === 'services' && path.group === '' && path.subresource === 'proxy') return proxy(routes, path, { request, response, query: searchParams });
  const given = await dispatch(routes, path, { request, response, query: searchParams });
  if (given) await sendObject(request, response, given);
}

async function documents({ registry, openApi }: Routes, request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
  const { accept } = request.headers;
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  const found = discovery(pathname, accept, registry.all());
  if (found) return sendText(response, 200, found.type, `${JSON.stringify(found.body)}\n`);
  if (pathname === '/openapi/v3') return sendObject(request, response, { code: 200, body: openApi.index() });
  const takesJson = !accept || /application\/json|\*\/\*/.test(accept);
  if (pathname.startsWith('/openapi/') && !takesJson) throw notAcceptable(['application/json']);
  if (pathname === '/openapi/v2') return sendText(response, 200, 'application/json', openApi.two());
  const document = pathname.startsWith('/openapi/v3/') ? openApi.document(pathname.slice('/openapi/v3/'.length)) : undefined;
  if (document === undefined) throw noSuchPath();
  sendText(response, 200, 'application/json', document);
}

async function proxy({ serviceProxy, ...parts }: Routes, path: ResourcePath, exchange: { request: IncomingMessage; response: ServerResponse; query: URLSearchParams }): Promise<void> {
  const resource = parts.registry.find('', 'v1', 'services');
  if (!resource || !path.namespace) throw noSuchPath();
  await serviceProxy.pass({ ...parts, ...exchange, resource, namespace: path.namespace, name: path.name, subresource: path.subresource }, path.rest);
}
