// The paths beside the resources: health, version, the root, and what is told to whom.
import { requests, type Body, type Case } from '../case.ts';

const paths = (...all: readonly string[]) => all.map((path) => ['GET', path] as const);
/** The versions are the real ones' own; their shape is not. */
const release = ({ major, minor, gitVersion }: Body): unknown => ({ major, minor, gitVersion: gitVersion?.replace(/^(v1\.35)\..*/, '$1') });

export const healthCases: readonly Case[] = [
  requests('a healthy server says ok', ...paths('/healthz', '/livez', '/readyz')),
  requests('single checks are ok or not found', ...paths('/livez/ping', '/readyz/ping', '/healthz/ping', '/readyz/etcd', '/livez/etcd', '/healthz/etcd', '/healthz/log', '/readyz/nothing', '/livez/nothing', '/readyz/ping/deeper')),
  requests('a check can be left out, and one that is not there is named', ...paths('/readyz?exclude=ping', '/readyz?exclude=nothing', '/readyz?exclude=ping&exclude=etcd')),
  requests('with verbose the checks are listed', ...paths('/readyz?verbose', '/livez?verbose', '/healthz?verbose', '/readyz/ping?verbose', '/readyz?verbose&exclude=etcd').map(([method, path]) => [method, path, {}] as const)),
  requests('the version is that of the emulated release', ['GET', '/version', { keep: release }]),
  requests('anybody may ask for health and version, nobody for more', ...['/healthz', '/livez', '/readyz', '/version', '/version/', '/healthz/ping', '/readyz/etcd'].map((path) => ['GET', path, { as: 'nobody', keep: (body: Body) => Object.keys(body).length > 0 && release(body) }] as const), ...['/', '/api', '/apis', '/api/v1', '/openapi/v2', '/openapi/v3', '/metrics', '/nothing'].map((path) => ['GET', path, { as: 'nobody' }] as const), ['POST', '/version', { as: 'nobody' }], ['POST', '/healthz', { as: 'nobody' }]),
  requests('other methods on the health paths', ['POST', '/healthz'], ['PUT', '/readyz'], ['DELETE', '/livez']),
  requests('the old discovery documents name the server', ['GET', '/api', { keep: ({ kind, versions }) => ({ kind, versions }) }], ['GET', '/api/v1/', { keep: ({ kind, groupVersion }) => ({ kind, groupVersion }) }]),
];
