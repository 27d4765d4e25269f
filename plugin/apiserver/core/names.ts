// What names, label keys and label values may look like, in the words of Kubernetes.

const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const service = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
const qualifiedPart = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const subdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const serviceRule = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const keyRule = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export type NameRule = 'subdomain' | 'label' | 'service' | 'segment';

/** Kubernetes counts names in characters and label parts in bytes, and says so. */
const tooLong = (value: string, most: number, unit: 'characters' | 'bytes'): readonly string[] => (Buffer.byteLength(value) > most ? [`must be no more than ${most} ${unit}`] : []);

/** What no name may be or have, since it is a part of a path. */
export function segmentFaults(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((one) => name.includes(one)).map((one) => `may not contain '${one}'`);
}

const rules: { readonly [rule in NameRule]: (name: string) => readonly string[] } = {
  subdomain: (name) => [...tooLong(name, 253, 'characters'), ...(subdomain.test(name) ? [] : [subdomainRule])],
  label: (name) => [...tooLong(name, 63, 'characters'), ...(label.test(name) ? [] : [subdomain.test(name) ? 'must not contain dots' : labelRule])],
  segment: segmentFaults,
  service: (name) => [...tooLong(name, 63, 'characters'), ...(service.test(name) ? [] : [serviceRule])],
};

/** Everything that is wrong with a name of a kind. */
export const nameFaults = (name: string, rule: NameRule): readonly string[] => rules[rule](name);

/** With what a generated name may begin: a dash at the end is fine, since something follows. */
export const prefixFaults = (prefix: string, rule: NameRule): readonly string[] => rules[rule](prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix);

/** Everything that is wrong with the key of a label, an annotation, or with a finalizer. */
export function keyFaults(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) return [`a valid label key ${keyRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const [name = '', prefix] = parts.toReversed();
  const faults = prefix === undefined ? [] : prefix === '' ? ['prefix part must be non-empty']
    : [...tooLong(prefix, 253, 'bytes'), ...(subdomain.test(prefix) ? [] : [subdomainRule])].map((fault) => `prefix part ${fault}`);
  const length = name === '' ? ['must be non-empty'] : tooLong(name, 63, 'bytes');
  return [...faults, ...[...length, ...(qualifiedPart.test(name) ? [] : [keyRule])].map((fault) => `name part ${fault}`)];
}

export const valueFaults = (value: string): readonly string[] => [...tooLong(value, 63, 'bytes'), ...(value === '' || qualifiedPart.test(value) ? [] : [valueRule])];

export const isQualifiedName = (key: string): boolean => keyFaults(key).length === 0;
export const isLabelValue = (value: string): boolean => valueFaults(value).length === 0;
