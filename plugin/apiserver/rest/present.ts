// The form that the client asked for: the object itself, its metadata only, or a table.
import type { JsonObject, KubeObject } from '../json.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { badRequest } from '../status.ts';
import { tableOf, type IncludeObject } from '../table/table.ts';
import { misfit, wanted } from './accept.ts';
import type { Call } from './call.ts';

/** Versions differ only in apiVersion: conversion strategy None is the only one taken. */
export function inVersion(object: KubeObject, resource: Resource): KubeObject {
  const apiVersion = apiVersionOf(resource.group, resource.version);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

export const metadataOnly = ({ metadata }: Pick<KubeObject, 'metadata'>, version = 'v1'): KubeObject => ({ kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata });

function include(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject') || 'Metadata';
  if (asked === 'None' || asked === 'Object' || asked === 'Metadata') return asked;
  throw badRequest(`Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked.slice(0, 200))}: must be 'Metadata', 'Object', 'None', or empty`);
}

type Asked = Pick<Call, 'request' | 'query' | 'resource'>;

/** One object as the client wants it. */
export function present(object: KubeObject, { request, query, resource }: Asked): JsonObject {
  const found = inVersion(object, resource);
  const { form, version } = wanted(request, resource);
  if (form === 'Table') return tableOf(resource, [found], { metadata: { resourceVersion: found.metadata.resourceVersion }, include: include(query), headings: true, version });
  if (form === 'PartialObjectMetadataList') throw misfit(form, resource, false);
  return form === 'PartialObjectMetadata' ? metadataOnly(found, version) : found;
}

/** A page of a list as the client wants it. */
export function presentList(objects: readonly KubeObject[], metadata: JsonObject, { request, query, resource }: Asked): JsonObject {
  const { form, version } = wanted(request, resource, true);
  const items = objects.map((object) => inVersion(object, resource));
  const head = { kind: resource.listKind, apiVersion: apiVersionOf(resource.group, resource.version) };
  // Lists of custom kinds always say `continue`.
  if (form === 'object') return resource.rules.typed ? { ...head, metadata, items: items.map(untyped) } : { ...head, metadata: { continue: '', ...metadata }, items };
  if (form === 'Table') return tableOf(resource, items, { metadata, include: include(query), headings: true, version });
  if (form === 'PartialObjectMetadata') throw misfit(form, resource, true);
  return { kind: form, apiVersion: `meta.k8s.io/${version}`, metadata, items: items.map((item) => metadataOnly(item, version)) };
}

/** Lists of compiled-in kinds name the kind once, at their head, as the typed lists of Kubernetes do. */
function untyped({ apiVersion: _version, kind: _kind, ...rest }: KubeObject): JsonObject {
  return rest;
}

/** How the events of one watch are shown. */
export interface EventForm {
  /** Two watches with the same name show the same object alike, until a table has sent its headings. */
  readonly name: () => string;
  readonly show: (object: KubeObject) => JsonObject;
}

/** A table's headings are sent with its first event only. */
export function eventForm({ request, query, resource }: Asked): EventForm {
  const { form, version } = wanted(request, resource, true);
  const where = `${form} ${version} ${apiVersionOf(resource.group, resource.version)}`;
  if (form === 'object') return { name: () => where, show: (object) => inVersion(object, resource) };
  if (form !== 'Table') return { name: () => where, show: (object) => metadataOnly(object, version) };
  const asked = include(query);
  let headings = true;
  return {
    name: () => `${where} ${asked} ${headings}`,
    show(object) {
      const isEnd = object.metadata.annotations?.['k8s.io/initial-events-end'] !== undefined;
      const table = tableOf(resource, [inVersion(object, resource)], { metadata: { resourceVersion: object.metadata.resourceVersion }, include: isEnd && asked === 'None' ? 'Metadata' : asked, headings, version });
      headings = false;
      return table;
    },
  };
}

/** What a bookmark shows: an object with nothing but its version. */
export const bookmark = ({ group, version, kind }: Resource, revision: number, annotations?: Readonly<Record<string, string>>): KubeObject => ({
  kind, apiVersion: apiVersionOf(group, version), metadata: { resourceVersion: String(revision), ...(annotations && { annotations }) },
});
