// What one request works with: the server's parts, the target it names, who asks.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../../proxy/telemetry/log.ts';
import type { JsonObject } from '../json.ts';
import type { Registry } from '../registry.ts';
import type { Resource } from '../resource.ts';
import type { Store } from '../store/store.ts';

export interface Parts {
  readonly store: Store;
  readonly registry: Registry;
  readonly log: Logger;
}

export interface Call extends Parts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
  readonly warnings?: readonly string[];
}

/** Seconds since the epoch in the form that all timestamps of objects have. */
export const timestamp = (date = new Date()): string => date.toISOString().replace(/\.\d+Z$/, 'Z');
