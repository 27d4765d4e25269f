// The codes of everything that can be wrong in manifests. Programs read them from `validate -o json`: a code keeps its meaning for ever.

/** `stage`: whether the text, the object or its place among the others is wrong. Of a text that is wrong no field is known. */
export interface FaultKind {
  readonly severity: 'error' | 'warning';
  readonly stage: 'text' | 'object' | 'set';
  readonly meaning: string;
}

const text = (meaning: string): FaultKind => ({ severity: 'error', stage: 'text', meaning });
const object = (meaning: string): FaultKind => ({ severity: 'error', stage: 'object', meaning });

export const faultCodes = {
  unreadable: text('a file of a folder cannot be read'),
  'too-large': text('a file, a document or the number of documents goes beyond what a manifest may have'),
  encoding: text('the file is not UTF-8 text'),
  syntax: text('the file is not YAML, or not JSON'),
  'duplicate-key': text('a key stands twice in one block'),
  'wrong-key': text('a key is not plain text'),
  'too-deep': text('values are nested deeper than any manifest needs'),
  alias: text('an alias without an anchor, too many aliases, or aliases without end'),
  'no-json': text('a value that JSON does not have, such as .inf'),
  kustomization: text('a kustomization, which -k builds and a cluster does not know'),
  'not-an-object': object('a document that has no apiVersion or kind'),
  name: object('metadata.name is missing or is no text'),
  'unknown-group': object('a kind of this program in a group that is spelled wrong'),
  'unknown-version': object('a version of this group that this program does not know'),
  'unknown-kind': object('a kind of this group that this program does not know'),
  'unknown-field': object('a field that the kind does not have'),
  'missing-field': object('a required field is missing'),
  'wrong-type': object('a value of another type, such as text where a list should be'),
  'wrong-choice': object('a value that is not among those that the field takes'),
  'wrong-form': object('a text that does not have the form of the field'),
  'out-of-bounds': object('a number, a length or a count beyond its bounds'),
  rule: object('a rule that spans several fields is broken'),
  'duplicate-object': { severity: 'error', stage: 'set', meaning: 'the same object stands in two places' },
  'dangling-reference': { severity: 'warning', stage: 'set', meaning: 'an object names another one that is in none of the files, and so must be in the cluster already' },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultCode = keyof typeof faultCodes;

export const severityOf = (code: FaultCode): FaultKind['severity'] => faultCodes[code].severity;
