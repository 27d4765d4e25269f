// Objects as `-o name`, `-o json` and `-o yaml` print them.
import { stringify } from 'yaml';
import type { KubeObject } from '../../operator/api/object.ts';
import { goJson } from '../output/go-text.ts';
import { goYaml } from '../output/yaml.ts';

export const objectFormats = ['name', 'json', 'yaml'] as const;
export type ObjectFormat = (typeof objectFormats)[number];

/** One object stands alone, several are a List, as with kubectl. */
export function printObjects(objects: readonly KubeObject[], format: ObjectFormat): string {
  if (format === 'name') return objects.map((object) => `${fullKind(object)}/${object.metadata.name}\n`).join('');
  const [only] = objects;
  return only !== undefined && objects.length === 1 ? serialise(withoutManagedFields(only), format) : listOf(objects, format);
}

/** A List of any length, for commands that list. */
export function listOf(objects: readonly KubeObject[], format: 'json' | 'yaml'): string {
  return serialise({ apiVersion: 'v1', items: objects.map(withoutManagedFields), kind: 'List', metadata: { resourceVersion: '' } }, format);
}

/** One document after the other, as a file of manifests is written; JSON has no such thing and takes a List. */
export function printStream(objects: readonly KubeObject[], format: ObjectFormat): string {
  return format === 'yaml' ? objects.map((object) => serialise(withoutManagedFields(object), 'yaml')).join('---\n') : printObjects(objects, format);
}

// YAML 1.1 in the quotes: whoever reads it back may take a bare `yes` for true. No anchors, no folding: it will be piped on.
const yamlStyle = { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 } as const;

const serialise = (value: unknown, format: 'json' | 'yaml'): string => (format === 'json' ? `${goJson(value, 4)}\n` : goYaml(value));

/** For comparing, as kubectl writes it: a server may order fields otherwise from one answer to the next. */
export const sortedYaml = (object: KubeObject): string => stringify(object, { ...yamlStyle, sortMapEntries: true, indentSeq: false });

function fullKind({ apiVersion, kind }: KubeObject): string {
  return `${kind.toLowerCase()}${apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : ''}`;
}

/** As kubectl does unless asked: the list of who wrote what is longer than the object. */
function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}
