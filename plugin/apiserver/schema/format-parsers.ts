// The formats that take more than a pattern: addresses of mail and web, durations, numbers with a check digit.

/** net/mail.ParseAddress: an address, alone or in angle brackets behind a name. */
export function isEmail(value: string): boolean {
  const text = value.trim();
  const bracketed = /^(?<name>[^<>]*)<(?<address>[^<>]*)>$/.exec(text)?.groups;
  const address = bracketed ? (bracketed['address'] ?? '') : text;
  const name = bracketed?.['name']?.trim() ?? '';
  if (name !== '' && !/^[^()<>[\]:;@\\,."]+$/.test(name) && !/^"(?:[^"\\]|\\.)*"$/.test(name)) return false;
  const at = address.lastIndexOf('@');
  if (at < 1 || value.length > 4096) return false;
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  const atoms = (part: string): boolean => part.split('.').every((atom) => /^[^\s()<>[\]:;@\\,"]+$/.test(atom));
  return (atoms(local) || /^"(?:[^"\\]|\\.)+"$/.test(local)) && (atoms(domain) || /^\[[0-9a-fA-F.:]+\]$/.test(domain));
}

/** url.ParseRequestURI: a path, or something with a scheme. */
export function isRequestUri(value: string): boolean {
  // Control characters are in no address.
  if (value === '' || /\p{Cc}/u.test(value)) return false;
  if (value === '*') return true;
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(value)?.[0] ?? '';
  if (value.startsWith(':')) return false;
  const rest = value.slice(scheme.length).split('?')[0] ?? '';
  if (!rest.startsWith('/')) return scheme !== '';
  const authority = scheme !== '' && rest.startsWith('//') && !rest.startsWith('///') ? (rest.slice(2).split('/')[0] ?? '') : undefined;
  if (authority !== undefined && !/^(?:[\w\-.~!$&'()*+,;=:%]*@)?(?:\[[0-9a-fA-F:.]+(?:%25[^\]]*)?\]|(?:%[89a-fA-F][0-9a-fA-F]|[^\s"<>\\^`{|}[\]%@:])*)(?::\d*)?$/.test(authority)) return false;
  return !/%(?![0-9a-fA-F]{2})/.test(authority === undefined ? rest : rest.slice(2 + authority.length));
}

const units = [['ns', 'nano'], ['us', 'µs', 'micro'], ['ms', 'milli'], ['s', 'sec'], ['m', 'min'], ['h', 'hr', 'hour'], ['d', 'day'], ['w', 'wk', 'week']];

/** A duration of Go, or any text in which a number stands before a unit. */
export function isDuration(value: string): boolean {
  if (/^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(value)) return true;
  for (const [, , unit = ''] of value.matchAll(/(?<!\d)(\d+)(?!\d)\s*([A-Za-zµ]+)/g)) {
    const word = unit.toLowerCase();
    if (units.some((names) => names.includes(word) || word.startsWith(names.at(-1) ?? ' '))) return true;
  }
  return false;
}

/** net.ParseMAC: pairs with colons or dashes, fours with dots, or digits alone. */
export function isMac(value: string): boolean {
  if (/^[0-9a-fA-F]+$/.test(value)) return [12, 16, 40].includes(value.length);
  const parts = /^[0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}/.exec(value) ? value.split(value[2] ?? ':') : [];
  if (parts.length > 0) return [6, 8, 20].includes(parts.length) && parts.every((part) => /^[0-9a-fA-F]{2}$/.test(part));
  const fours = value.split('.');
  return [3, 4, 10].includes(fours.length) && fours.every((part) => /^[0-9a-fA-F]{4}$/.test(part));
}

export function isIsbn(value: string, length: 10 | 13): boolean {
  const digits = value.replaceAll(/[\s-]+/g, '');
  if (length === 10) {
    if (!/^\d{9}[\dX]$/.test(digits)) return false;
    return Array.from(digits).reduce((sum, digit, index) => sum + (index + 1) * (digit === 'X' ? 10 : Number(digit)), 0) % 11 === 0;
  }
  return /^\d{13}$/.test(digits) && Array.from(digits).reduce((sum, digit, index) => sum + Number(digit) * (index % 2 === 0 ? 1 : 3), 0) % 10 === 0;
}

const cards = /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;

export function isCreditCard(value: string): boolean {
  const digits = value.replaceAll(/\D+/g, '');
  if (!cards.test(digits)) return false;
  const doubled = (digit: number): number => (digit > 4 ? digit * 2 - 9 : digit * 2);
  return Array.from(digits).toReversed().reduce((sum, digit, index) => sum + (index % 2 === 1 ? doubled(Number(digit)) : Number(digit)), 0) % 10 === 0;
}
