// Which cluster a door belongs to; apart from it because looking for a door needs no cryptography, which takes long to load.
import { createHash } from 'node:crypto';
import type { ReaderDoor } from './door.ts';

/** Of an authority's PEM text. */
export const digestOf = (authority: string | undefined): string => (authority === undefined ? '' : createHash('sha256').update(authority.trim()).digest('hex'));

const sameServer = (one: string, other: string): boolean => (URL.parse(one)?.href ?? one) === (URL.parse(other)?.href ?? other);

/** Whether a door belongs to a cluster: by its address, and by who vouches for it. */
export const leadsTo = (door: ReaderDoor, cluster: { readonly server: string; readonly authority?: string }): boolean =>
  sameServer(door.server, cluster.server) && door.authority === digestOf(cluster.authority);
