// What completion offers where a value is not one of a few: names to ask for, or that the shell offers files.

export type Source =
  | { readonly from: 'cluster'; readonly what: 'agents' | 'secrets' | 'namespaces' }
  | { readonly from: 'kubeconfig' }
  | { readonly from: 'files'; readonly endings: readonly string[] }
  | { readonly from: 'folders' };

/** By what the value is called in the help, so that a new flag is completed by its name alone. */
const byName: Readonly<Record<string, Source>> = {
  NAMESPACE: { from: 'cluster', what: 'namespaces' },
  CONTEXT: { from: 'kubeconfig' },
  FILE: { from: 'files', endings: [] },
  PATH: { from: 'files', endings: ['yaml', 'yml', 'json'] },
  DIR: { from: 'folders' },
};

/** `NAME` is that of what the group of commands is about. */
const byGroup: Readonly<Record<string, Source>> = { agents: { from: 'cluster', what: 'agents' }, secrets: { from: 'cluster', what: 'secrets' } };

/** `group` is the first word of the command's path. */
export const sourceOf = (value: string, group: string): Source | undefined => (value === 'NAME' ? byGroup[group] : byName[value]);
