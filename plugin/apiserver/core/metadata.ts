// The schema of every object's metadata, and the checks on it that a schema cannot say.
import { isObject, type KubeObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { fieldError, type FieldError } from '../status.ts';

const str = (description: string): Schema => ({ type: 'string', description });
const time = (description: string): Schema => ({ type: 'string', format: 'date-time', nullable: true, description });
const strings = (description: string): Schema => ({ type: 'object', additionalProperties: { type: 'string' }, nullable: true, description });

const ownerReference: Schema = {
  type: 'object', description: 'An object that this one belongs to: it goes when the last of its owners goes.',
  required: ['apiVersion', 'kind', 'name', 'uid'], 'x-kubernetes-map-type': 'atomic',
  properties: {
    apiVersion: str('API version of the owner.'), kind: str('Kind of the owner.'), name: str('Name of the owner.'), uid: str('UID of the owner.'),
    controller: { type: 'boolean', description: 'Whether this owner is the managing controller.' },
    blockOwnerDeletion: { type: 'boolean', description: 'Whether a foreground deletion of the owner waits for this object.' },
  },
};

export const metadataSchema: Schema = {
  type: 'object', description: 'Name, labels and the other facts that every object has.',
  properties: {
    name: str('Unique within its namespace; cannot be changed.'),
    generateName: str('Prefix of a name that the server completes.'),
    namespace: str('The namespace the object lives in.'),
    selfLink: str('No longer filled in.'),
    uid: str('Unique in time and space, given by the server.'),
    resourceVersion: str('Changes with every write; makes concurrent updates safe.'),
    generation: { type: 'integer', format: 'int64', description: 'Counts the changes of the desired state.' },
    creationTimestamp: time('When the object was created.'),
    deletionTimestamp: time('When the object was asked to go.'),
    deletionGracePeriodSeconds: { type: 'integer', format: 'int64', description: 'Seconds that the object may take to go.' },
    labels: strings('Keys and values to select objects by.'),
    annotations: strings('Keys and values that tools keep with the object.'),
    ownerReferences: {
      type: 'array', nullable: true, items: ownerReference, description: 'The objects that this one belongs to.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-merge-key': 'uid', 'x-kubernetes-patch-strategy': 'merge',
    },
    finalizers: {
      type: 'array', nullable: true, items: { type: 'string' }, description: 'Who must act before the object may go.', 'x-kubernetes-list-type': 'set',
      'x-kubernetes-patch-strategy': 'merge',
    },
    managedFields: {
      type: 'array', nullable: true, description: 'Which tool owns which field.', 'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        properties: {
          manager: str('Name of the tool.'), operation: str('Apply or Update.'), apiVersion: str('Version the fields are written in.'), time: time('When the entry last changed.'),
          fieldsType: str('Always FieldsV1.'), fieldsV1: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic', description: 'The set of fields.' }, subresource: str('Subresource that was written.'),
        },
      },
    },
  },
};

const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const service = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
const qualifiedPart = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const subdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const serviceRule = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const keyRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export type NameRule = 'subdomain' | 'label' | 'service';
const nameRules = { subdomain: [subdomain, 253, subdomainRule], label: [label, 63, labelRule], service: [service, 63, serviceRule] } as const;

export function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const prefix = key.slice(0, Math.max(slash, 0));
  return qualifiedPart.test(key.slice(slash + 1)) && (slash < 0 || (prefix.length <= 253 && subdomain.test(prefix)));
}
export const isLabelValue = (value: string): boolean => value === '' || qualifiedPart.test(value);
export const isSubdomain = (name: string): boolean => name.length <= 253 && subdomain.test(name);

const longestAnnotations = 256 * 1024;

/** What is wrong with the name, labels, annotations and finalizers. */
export function metadataErrors(object: KubeObject, rule: NameRule): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { name, labels, annotations, finalizers } = object.metadata;
  const [expression, longest, explanation] = nameRules[rule];
  if (!name) errors.push(fieldError.required('metadata.name', 'name or generateName is required'));
  else if (name.length > longest) errors.push(fieldError.invalid('metadata.name', name, `must be no more than ${longest} characters`));
  else if (!expression.test(name)) errors.push(fieldError.invalid('metadata.name', name, explanation));
  for (const [key, value] of Object.entries(isObject(labels) ? labels : {})) {
    if (!isQualifiedName(key)) errors.push(fieldError.invalid('metadata.labels', key, keyRule));
    if (typeof value === 'string' && !isLabelValue(value)) errors.push(fieldError.invalid('metadata.labels', value, value.length > 63 ? 'must be no more than 63 characters' : valueRule));
  }
  let size = 0;
  for (const [key, value] of Object.entries(isObject(annotations) ? annotations : {})) {
    if (!isQualifiedName(key.toLowerCase())) errors.push(fieldError.invalid('metadata.annotations', key, keyRule));
    size += key.length + String(value).length;
  }
  if (size > longestAnnotations) errors.push(fieldError.tooLong('metadata.annotations', longestAnnotations));
  for (const one of Array.isArray(finalizers) ? finalizers : []) {
    if (typeof one === 'string' && !isQualifiedName(one)) errors.push(fieldError.invalid('metadata.finalizers', one, keyRule));
  }
  return errors;
}
