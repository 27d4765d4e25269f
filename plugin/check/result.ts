// What one check found, and how a check that cannot look says so.
import { isNotFound, KubeError } from '../../operator/kube/errors.ts';
import type { Kube, KubeObject, Ref, Resource, Scope } from '../../operator/kube/kube.ts';
import type { Level } from '../install/finding.ts';
import type { CheckCode } from './codes.ts';

export interface Result {
  readonly code: CheckCode;
  readonly level: Level;
  readonly text: string;
  readonly lines?: readonly string[];
  readonly hint?: string;
}

export const ok = (code: CheckCode, text: string): Result => ({ code, level: 'ok', text });
export const bad = (code: CheckCode, text: string, hint: string, lines: readonly string[] = []): Result => ({ code, level: 'bad', text, hint, lines });
export const warning = (code: CheckCode, text: string, hint: string, lines: readonly string[] = []): Result => ({ code, level: 'warning', text, hint, lines });

export interface Site {
  readonly kube: Kube;
  /** Of this program. */
  readonly version: string;
  readonly now: Date;
}

export type Check = (site: Site) => Promise<Result>;

export const again = 'put it right: kubectl clrk install';

export const get = async (kube: Kube, resource: Resource, ref: Ref): Promise<KubeObject | undefined> => {
  try {
    return await kube.get(resource, ref);
  } catch (error) {
    // No such kind.
    if (isNotFound(error)) return undefined;
    throw error;
  }
};

export const list = async (kube: Kube, resource: Resource, scope: Scope = {}): Promise<readonly KubeObject[]> => {
  try {
    return (await kube.list(resource, scope)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
};

/** A check that may not look has found nothing out, which is no fault of the installation. */
export async function guarded(code: CheckCode, check: Check, site: Site): Promise<Result> {
  try {
    return await check(site);
  } catch (error) {
    if (!(error instanceof KubeError) || error.code === 0 || error.code === 401) throw error;
    if (error.code === 403) return warning(code, 'you may not look', 'ask whoever runs the cluster for the right to read it', [error.message]);
    return warning(code, `the server answered ${error.code}`, 'run it again; if it stays, look at the server', [error.message]);
  }
}
