// Applies the objects of an installation one after the other, and takes over from our own older writers, but from nobody else unasked.
import { fieldManagers } from '../../operator/api/group.ts';
import type { InstallPart } from '../../operator/install/objects.ts';
import { isConflict, isNotFound, KubeError } from '../../operator/kube/errors.ts';
import type { ApplyResult, Kube, KubeObject, Resource } from '../../operator/kube/kube.ts';
import { resourceOf } from '../../operator/kube/resources.ts';
import { UserError } from '../exit.ts';
import { printedName } from '../manifests/apply.ts';

/** Owner of every field that an installation sets. */
export const installManager = `${fieldManagers.plugin}-install`;

export interface PutOptions {
  readonly dryRun?: boolean;
  /** Takes fields over from anybody. */
  readonly force?: boolean;
  readonly onWarning?: (text: string) => void;
}

export interface Put extends ApplyResult {
  readonly resource: Resource;
}

export function knownResource(object: KubeObject): Resource {
  const resource = resourceOf(object);
  if (!resource) throw new Error(`${object.kind} of ${object.apiVersion} is no kind that an installation is made of`);
  return resource;
}

/** Who else keeps the fields that an apply would change, as the server names them. */
const owners = (error: unknown): readonly string[] =>
  error instanceof KubeError ? (error.status?.details?.causes ?? []).flatMap(({ message }) => /"([^"]+)"/.exec(message ?? '')?.[1] ?? []) : [];

const isOurs = (manager: string): boolean => manager.startsWith(fieldManagers.plugin);

/** Throws {@link UserError} when the fields belong to somebody else, and what the server answers else. */
export async function put(kube: Kube, object: KubeObject, { dryRun = false, force = false, onWarning }: PutOptions = {}): Promise<Put> {
  const resource = knownResource(object);
  const options = { fieldManager: installManager, ...(dryRun ? { dryRun } : {}), ...(onWarning ? { onWarning } : {}) };
  try {
    return { resource, ...(await kube.apply(resource, object, { ...options, force })) };
  } catch (error) {
    if (!isConflict(error)) throw error;
    const others = [...new Set(owners(error))].filter((manager) => !isOurs(manager));
    if (others.length > 0) {
      throw new UserError(`${printedName(object)} is kept by ${others.join(', ')}, who set other values`, ['change it there, e.g. with the output of `kubectl clrk install -o yaml`', 'take the fields over: --force-conflicts'], { cause: error });
    }
    return { resource, ...(await kube.apply(resource, object, { ...options, force: true })) };
  }
}

const servedWithinMs = 10_000;
const lookEveryMs = 200;

/** A namespace that was made a moment ago is known to every part of the server a moment later. */
export async function putSoon(kube: Kube, object: KubeObject, options: PutOptions & { readonly signal: AbortSignal }): Promise<Put> {
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    options.signal.throwIfAborted();
    try {
      return await put(kube, object, options);
    } catch (error) {
      if (!isNotFound(error) || waitedMs >= servedWithinMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

export interface PutPartsOptions extends PutOptions {
  readonly signal: AbortSignal;
  readonly onPart?: (part: InstallPart) => void | Promise<void>;
  readonly onPut?: (put: Put) => void;
}

/** Everything in order. What was applied when it throws stays applied. */
export async function putParts(kube: Kube, parts: readonly InstallPart[], { onPart, onPut, ...options }: PutPartsOptions): Promise<readonly Put[]> {
  const done: Put[] = [];
  for (const part of parts) {
    await onPart?.(part);
    for (const object of part.objects) {
      const result = await putSoon(kube, object, options);
      done.push(result);
      onPut?.(result);
    }
  }
  return done;
}
