// Decides what to do with what is already there of a cluster: use it, make it anew, ask, or leave it alone. Pure.
import type { StateId } from './identity.ts';
import { marks, type Owner } from './names.ts';

/** Of a container or a volume that has one of our names. */
export interface Found {
  readonly labels: Readonly<Record<string, string>>;
  /** Of a container: RFC 3339. */
  readonly createdAt?: string;
  /** Of a container: the image's name. */
  readonly image?: string;
}

export interface Wished {
  readonly owner: Owner;
  readonly machine: string;
  readonly hash: string;
  readonly image: string;
}

export type Standing =
  /** It is ours, and as it is wanted. */
  | { readonly kind: 'same' }
  /** It is ours, and was made with another configuration. */
  | { readonly kind: 'drifted'; readonly from: string; readonly to: string; readonly createdAt: string; readonly image: string }
  /** The folder that it belonged to is gone. */
  | { readonly kind: 'orphan'; readonly stateDir: string }
  /** It belongs to a folder that is there, or of which nothing can be known. */
  | { readonly kind: 'foreign'; readonly stateDir: string; readonly machine: string }
  /** It was not made by us at all. */
  | { readonly kind: 'stranger' };

export function standing(found: Found, wished: Wished, idThere: (stateDir: string) => StateId): Standing {
  const { labels, createdAt = '', image = '' } = found;
  const id = labels[marks.stateId];
  const stateDir = labels[marks.stateDir] ?? '';
  const machine = labels[marks.machine] ?? '';
  if (id === undefined) return { kind: 'stranger' };
  if (id !== wished.owner.stateId) {
    if (machine !== wished.machine) return { kind: 'foreign', stateDir, machine };
    const there = idThere(stateDir);
    const isGone = there.kind === 'gone' || (there.kind === 'there' && there.id !== id);
    return isGone ? { kind: 'orphan', stateDir } : { kind: 'foreign', stateDir, machine };
  }
  const from = labels[marks.configuration];
  if (from === undefined || from === wished.hash) return { kind: 'same' };
  return { kind: 'drifted', from, to: wished.hash, createdAt, image };
}

/** Numbers of `rancher/k3s:v1.35.5-k3s1`; undefined for an image that does not say. */
function release(image: string): readonly number[] | undefined {
  const [, major, minor, patch] = /:v?(\d+)\.(\d+)\.(\d+)/.exec(image) ?? [];
  return patch === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Whether an image is older than another; Kubernetes does not go back over what a newer one has written. */
export function isOlder(image: string, than: string): boolean {
  const [one, other] = [release(image), release(than)];
  if (!one || !other) return false;
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}
