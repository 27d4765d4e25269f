// Kubernetes' own formats: format.dns1123Label().validate(name), in the words of its own messages.
import { Opaque, Optional, listOf, none, type Value } from '../values/value.ts';
import { parseDate, parseDateTime } from '../values/time.ts';
import type { Library } from '../types/functions.ts';
import { parseUrl } from './urls.ts';

class Format extends Opaque {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  /** What the cost of a check is counted by. */
  readonly patternSize: number;
  readonly problems: (text: string) => readonly string[];
  constructor(name: string, patternSize: number, problems: (text: string) => readonly string[]) {
    super();
    this.name = name;
    this.patternSize = patternSize;
    this.problems = problems;
  }
  equals(other: Opaque): boolean {
    return other instanceof Format && other.name === this.name;
  }
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = String.raw`${label}(\.${label})*`;
const older = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const whole = (source: string) => {
  const expression = new RegExp(`^(?:${source})$`);
  return (text: string): boolean => expression.test(text);
};
const isLabel = whole(label);
const isSubdomain = whole(subdomain);
const isOlder = whole(older);
const isQualified = whole(qualified);
const regexWords = (message: string, source: string, ...examples: readonly string[]): string => `${message} (e.g. ${examples.map((one) => `'${one}', `).join(' or ')}regex used for validation is '${source}')`;
const tooLong = (text: string, most: number): readonly string[] => (Buffer.byteLength(text) > most ? [`must be no more than ${most} characters`] : []);
// A prefix is followed by random letters, so a dash at its end stays inside the name.
const prefix = (check: (text: string) => readonly string[]) => (text: string): readonly string[] => check(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);

function labelProblems(text: string): readonly string[] {
  const wrong = isSubdomain(text) ? 'must not contain dots' : regexWords("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character", label, 'my-name', '123-abc');
  return [...tooLong(text, 63), ...(isLabel(text) ? [] : [wrong])];
}
function subdomainProblems(text: string): readonly string[] {
  const wrong = regexWords("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", subdomain, 'example.com');
  return [...tooLong(text, 253), ...(isSubdomain(text) ? [] : [wrong])];
}
function olderProblems(text: string): readonly string[] {
  const wrong = regexWords("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character", older, 'my-name', 'abc-123');
  return [...tooLong(text, 63), ...(isOlder(text) ? [] : [wrong])];
}
const keyMessage = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
function qualifiedProblems(text: string): readonly string[] {
  const parts = text.split('/');
  if (parts.length > 2) return [`a valid label key ${regexWords(keyMessage, qualified, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = parts.at(-1) ?? '';
  const before = parts.length === 2 ? (parts[0] === '' ? ['prefix part must be non-empty'] : subdomainProblems(parts[0] ?? '').map((one) => `prefix part ${one}`)) : [];
  const own = [...(name === '' ? ['must be non-empty'] : tooLong(name, 63)), ...(isQualified(name) ? [] : [regexWords(keyMessage, qualified, 'MyName', 'my.name', '123-abc')])];
  return [...before, ...own.map((one) => `name part ${one}`)];
}
function valueProblems(text: string): readonly string[] {
  const wrong = regexWords("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", `(${qualified})?`, 'MyValue', 'my_value', '12345');
  return [...tooLong(text, 63), ...(text === '' || isQualified(text) ? [] : [wrong])];
}
function urlProblems(text: string): readonly string[] {
  const made = parseUrl(text);
  return typeof made === 'string' ? [made] : [];
}
const unless = (is: (text: string) => boolean, message: string) => (text: string): readonly string[] => (is(text) ? [] : [message]);
const isUuid = whole('[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}');
const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text !== '';

const known: Readonly<Record<string, Format>> = {
  dns1123Label: new Format('DNS1123Label', 30, labelProblems),
  dns1123Subdomain: new Format('DNS1123Subdomain', 60, subdomainProblems),
  dns1035Label: new Format('DNS1035Label', 30, olderProblems),
  qualifiedName: new Format('QualifiedName', 60, qualifiedProblems),
  dns1123LabelPrefix: new Format('DNS1123LabelPrefix', 30, prefix(labelProblems)),
  dns1123SubdomainPrefix: new Format('DNS1123SubdomainPrefix', 60, prefix(subdomainProblems)),
  dns1035LabelPrefix: new Format('DNS1035LabelPrefix', 30, prefix(olderProblems)),
  labelValue: new Format('LabelValue', 40, valueProblems),
  uri: new Format('URI', 2000, urlProblems),
  uuid: new Format('uuid', 108, unless(isUuid, 'does not match the UUID format')),
  byte: new Format('byte', 84, unless(isBase64, 'invalid base64')),
  date: new Format('date', 94, unless((text) => parseDate(text) !== undefined, 'invalid date')),
  datetime: new Format('datetime', 94, unless((text) => parseDateTime(text) !== undefined, 'invalid datetime')),
};

/** Undefined for a value that is no format. */
export const patternSize = (value: Value): number | undefined => (value instanceof Format ? value.patternSize : undefined);

export const formats: Library = {
  ...Object.fromEntries(Object.entries(known).map(([name, format]) => [`format.${name}`, { [`format.${name}: () -> format`]: (): Value => format }])),
  'format.named': {
    'format-named: (string) -> optional(format)': (name: string): Value => {
      const format = Object.hasOwn(known, name) ? known[name] : undefined;
      return format ? new Optional(format) : none;
    },
  },
  validate: {
    'format-validate: format.(string) -> optional(list(string))': (format: Format, text: string): Value => {
      const problems = format.problems(text);
      return problems.length === 0 ? none : new Optional(listOf(problems));
    },
  },
};
