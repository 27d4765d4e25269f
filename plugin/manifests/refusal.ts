// Why the server refused one object, in words: who owns the field, what is not installed, what to do.
import { group } from '../../operator/api/group.ts';
import { KubeError } from '../../operator/kube/errors.ts';
import { explain } from '../exit.ts';
import { printedName } from './apply.ts';
import { locate } from './position.ts';
import type { Manifest } from './read.ts';

/** `error:` and `hint:` lines. `again`: the command that would apply the same, where that is another one than the person gave. */
export function refusal(manifest: Manifest, error: Error, again?: string): string {
  const { line } = locate(manifest.origin, ['metadata', 'name'], 'value');
  const head = `${printedName(manifest.object)} (${manifest.origin.file}:${line})`;
  const { messages, hints } = reasons(manifest, error, again);
  return [...messages.map((message) => `error: ${head}: ${message}`), ...hints.map((hint) => `hint: ${hint}`)].join('\n') + '\n';
}

function reasons(manifest: Manifest, error: Error, again: string | undefined): { messages: readonly string[]; hints: readonly string[] } {
  if (!(error instanceof KubeError)) return told(error);
  const causes = error.status?.details?.causes ?? [];
  const conflicts = causes.filter(({ reason }) => reason === 'FieldManagerConflict');
  if (conflicts.length > 0) {
    return {
      messages: conflicts.map(({ field, message }) => `${(field ?? '').replace(/^\./, '')} belongs to ${/"([^"]+)"/.exec(message ?? '')?.[1] ?? 'another writer'}`),
      hints: [
        again === undefined || manifest.origin.file === 'stdin'
          ? '--force-conflicts takes these fields over; or remove them from the manifest'
          : `take these fields over: ${again} --force-conflicts -f ${manifest.origin.file}; or remove them from the manifest`,
      ],
    };
  }
  const { message } = error;
  if (error.code === 404 && /^namespaces? /.test(message)) return { messages: [message], hints: [`create it: kubectl create namespace ${manifest.object.metadata.namespace ?? /"([^"]+)"/.exec(message)?.[1] ?? 'NAME'}`] };
  if (error.code === 404 && manifest.object.apiVersion.startsWith(`${group}/`)) return { messages: ['CLRK is not installed in this cluster'], hints: ['choose another cluster with --context, or start one with `kubectl clrk dev` and add --local'] };
  return told(error);
}

function told(error: Error): { messages: readonly string[]; hints: readonly string[] } {
  const { message, hints } = explain(error);
  return { messages: [message], hints };
}
