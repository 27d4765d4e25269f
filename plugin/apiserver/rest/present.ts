// The form that the client asked for: the object itself, its metadata only, or a table.
import type { JsonObject, KubeObject } from '../json.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { notAcceptable } from '../status.ts';
import { tableOf, type IncludeObject } from '../table/table.ts';
import type { Call } from './call.ts';

type Form = 'object' | 'table' | 'metadata';

/** The first media type of the Accept header that can be served; 406 when there is none. */
export function form(accept: string | undefined): Form {
  const wanted = accept?.trim() || '*/*';
  for (const one of wanted.slice(0, 4096).split(',')) {
    const [type, ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*' && type !== 'application/yaml') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='));
    if (as === undefined) return 'object';
    const known = parameters.includes('g=meta.k8s.io') && parameters.includes('v=v1');
    if (known && as === 'as=table') return 'table';
    if (known && (as === 'as=partialobjectmetadata' || as === 'as=partialobjectmetadatalist')) return 'metadata';
  }
  throw notAcceptable(['application/json', 'application/yaml']);
}

/** Versions differ only in apiVersion: conversion strategy None is the only one taken. */
export function inVersion(object: KubeObject, resource: Resource): KubeObject {
  const apiVersion = apiVersionOf(resource.group, resource.version);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

export const metadataOnly = (object: KubeObject): KubeObject => ({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata });

function include(query: URLSearchParams): IncludeObject {
  const wanted = query.get('includeObject');
  return wanted === 'None' || wanted === 'Object' ? wanted : 'Metadata';
}

type Asked = Pick<Call, 'request' | 'query' | 'resource'>;

/** One object as the client wants it. */
export function present(object: KubeObject, { request, query, resource }: Asked): JsonObject {
  const found = inVersion(object, resource);
  const as = form(request.headers.accept);
  if (as === 'table') return tableOf(resource, [found], { metadata: { resourceVersion: found.metadata.resourceVersion }, include: include(query), headings: true });
  return as === 'metadata' ? metadataOnly(found) : found;
}

/** A page of a list as the client wants it. */
export function presentList(objects: readonly KubeObject[], metadata: JsonObject, { request, query, resource }: Asked): JsonObject {
  const items = objects.map((object) => inVersion(object, resource));
  const as = form(request.headers.accept);
  if (as === 'table') return tableOf(resource, items, { metadata, include: include(query), headings: true });
  if (as === 'metadata') return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(metadataOnly) };
  const head = { kind: resource.listKind, apiVersion: apiVersionOf(resource.group, resource.version) };
  // Lists of custom kinds always say `continue`.
  return resource.rules.typed ? { ...head, metadata, items: items.map(untyped) } : { ...head, metadata: { continue: '', ...metadata }, items };
}

/** Lists of compiled-in kinds name the kind once, at their head, as the typed lists of Kubernetes do. */
function untyped({ apiVersion: _version, kind: _kind, ...rest }: KubeObject): JsonObject {
  return rest;
}

/** Presents the events of one watch; a table's headings are sent with its first event only. */
export function eventPresenter({ request, query, resource }: Asked): (object: KubeObject) => JsonObject {
  const as = form(request.headers.accept);
  let headings = true;
  return (object) => {
    const found = inVersion(object, resource);
    if (as === 'metadata') return metadataOnly(found);
    if (as === 'object') return found;
    const table = tableOf(resource, [found], { metadata: { resourceVersion: found.metadata.resourceVersion }, include: include(query), headings });
    headings = false;
    return table;
  };
}

/** A bookmark in the form of the watch: an object with nothing but its version. */
export function bookmark(resource: Resource, revision: number, accept: string | undefined, annotations?: Readonly<Record<string, string>>): JsonObject {
  const metadata = { resourceVersion: String(revision), creationTimestamp: null, ...(annotations && { annotations }) };
  const as = form(accept);
  if (as === 'table') {
    const row = { cells: resource.columns.map(() => ''), object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } };
    return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: String(revision) }, columnDefinitions: null, rows: [row] };
  }
  if (as === 'metadata') return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
  return { kind: resource.kind, apiVersion: apiVersionOf(resource.group, resource.version), metadata };
}
