// The patterns of our schemas in the words of a person.

const ends = 'with a letter or a digit at both ends';

/** By the pattern as the schema writes it. */
const forms: Readonly<Record<string, string>> = {
  '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$': `lower-case letters, digits, "-" and "." only, ${ends}`,
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$': `lower-case letters, digits and "-" only, ${ends}`,
  '^[-._a-zA-Z][-._a-zA-Z0-9]*$': 'letters, digits, "-", "." and "_" only, and no digit at the beginning',
  '^[-._a-zA-Z0-9]+$': 'letters, digits, "-", "." and "_" only',
  '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$': `letters, digits, "-", "_" and "." only, ${ends}`,
  '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$': `the key of a label, such as disk or example.com/disk: letters, digits, "-", "_" and "." only, ${ends}`,
  '^[A-Za-z][A-Za-z_-]*$': 'letters, "-" and "_" only, beginning with a letter',
  "^[-!#$%&'*+.^_`|~0-9A-Za-z]+$": 'the name of an HTTP header, such as x-api-key',
  '^[A-Za-z0-9][A-Za-z0-9._:@+-]*(/[A-Za-z0-9._:@+-]+)*$': 'the reference of an image, such as ghcr.io/owner/name:tag, without a scheme and without spaces',
  [String.raw`^[^\x00]*$`]: 'text without a NUL character',
  [String.raw`^(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)$`]: 'a duration such as 90s, 10m or 1h30m',
  [String.raw`^(\d+(\.\d{0,9})?|\.\d{1,9})(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,2})?$`]: 'a quantity such as 500m, 2 or 512Mi',
};

/** What a value must be to fit a pattern; undefined for a pattern that has no words here. */
export const formInWords = (pattern: string): string | undefined => (Object.hasOwn(forms, pattern) ? forms[pattern] : undefined);
