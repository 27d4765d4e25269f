// What Kubernetes accepts as the name of a Secret and as a key in its data.

/** Why a name is not a DNS-1123 subdomain; undefined when it is one. */
export function secretNameProblem(name: string): string | undefined {
  if (name === '') return 'the name of the Secret is empty';
  if (name.length > 253) return 'the name of the Secret is longer than 253 characters';
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)) return undefined;
  return `${JSON.stringify(name)} can't name a Secret: lower-case letters, digits, "-" and "." only, with a letter or a digit at both ends`;
}

/** Why a text can't be a data key; undefined when it can. */
export function dataKeyProblem(key: string): string | undefined {
  if (key === '') return 'the key is empty';
  if (key.length > 253) return 'the key is longer than 253 characters';
  if (key === '.' || key.startsWith('..')) return `${JSON.stringify(key)} can't be a key: it would be a folder`;
  if (/^[-._a-zA-Z0-9]+$/.test(key)) return undefined;
  return `${JSON.stringify(key)} can't be a key: letters, digits, "-", "_" and "." only`;
}
