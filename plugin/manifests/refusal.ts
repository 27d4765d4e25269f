// Why the server refused one object, in words: who owns the field, what is not installed, what to do.
import { group } from '../../operator/api/group.ts';
import { KubeError } from '../../operator/kube/errors.ts';
import { explain } from '../exit.ts';
import { printable } from '../format/printable.ts';
import { printedName } from './apply.ts';
import { withoutSecretValues } from './mask.ts';
import { locate, type Path } from './position.ts';
import type { Manifest } from './read.ts';

/** `error:` and `hint:` lines. `again`: the command that would apply the same, where that is another one than the person gave. */
export function refusal(manifest: Manifest, error: Error, again?: string): string {
  const { complaints, hints } = reasons(manifest, error, again);
  const lines = complaints.map(({ message, field }) => `error: ${printedName(manifest.object)} (${place(manifest, field)}): ${message}`);
  return [...lines, ...hints.map((hint) => `hint: ${hint}`)].flatMap((text) => withoutSecretValues(manifest.object, text).split('\n')).map((line) => printable(line, line.length)).join('\n') + '\n';
}

/** One thing that the server has against an object, and at which field, as Kubernetes writes fields. */
interface Complaint {
  readonly message: string;
  readonly field?: string | undefined;
}

interface Reasons {
  readonly complaints: readonly Complaint[];
  readonly hints: readonly string[];
}

function place({ origin }: Manifest, field: string | undefined): string {
  if (origin.generated) return `built from ${origin.file}`;
  return `${origin.file}:${locate(origin, field === undefined ? ['metadata', 'name'] : pathOf(field), 'value').line}`;
}

/** `spec.listeners[0].port`, `.data.a`, `metadata.labels[a.b/c]` as steps, as far as they can be followed: an entry named by its key is not searched for. */
export function pathOf(field: string): Path {
  const path: (string | number)[] = [];
  for (const [step, name, number, key] of field.matchAll(/\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[([^\]]*)\]|./g)) {
    if (name !== undefined) path.push(name);
    else if (number !== undefined) path.push(Number(number));
    else if (key !== undefined && !key.includes('=')) path.push(key);
    else if (step !== '.') break;
  }
  return path;
}

function reasons(manifest: Manifest, error: Error, again: string | undefined): Reasons {
  if (!(error instanceof KubeError)) return told(error);
  const causes = error.status?.details?.causes ?? [];
  const conflicts = causes.filter(({ reason }) => reason === 'FieldManagerConflict');
  if (conflicts.length > 0) {
    return {
      complaints: conflicts.map(({ field, message }) => ({ field, message: `${(field ?? '').replace(/^\./, '')} belongs to ${/"([^"]+)"/.exec(message ?? '')?.[1] ?? 'another writer'}` })),
      hints: [
        again === undefined || manifest.origin.file === 'stdin'
          ? '--force-conflicts takes these fields over; or remove them from the manifest'
          : `take these fields over: ${again} --force-conflicts ${manifest.origin.generated ? '-k' : '-f'} ${manifest.origin.file}; or remove them from the manifest`,
      ],
    };
  }
  const fields = causes.flatMap(({ field, message }) => (field && message ? [{ field, message: `${field}: ${message}` }] : []));
  if (error.code === 422 && fields.length > 0 && fields.length === causes.length) return { complaints: fields, hints: told(error).hints };
  const { message } = error;
  if (error.code === 404 && /^namespaces? /.test(message)) return { complaints: [{ message }], hints: [`create it: kubectl create namespace ${manifest.object.metadata.namespace ?? /"([^"]+)"/.exec(message)?.[1] ?? 'NAME'}`] };
  if (error.code === 404 && manifest.object.apiVersion.startsWith(`${group}/`)) return { complaints: [{ message: 'CLRK is not installed in this cluster' }], hints: ['choose another cluster with --context, or start one with `kubectl clrk dev` and add --local'] };
  return told(error);
}

function told(error: Error): Reasons {
  const { message, hints } = explain(error);
  return { complaints: [{ message }], hints };
}
