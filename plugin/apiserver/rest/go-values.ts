// Texts that Go reads into values of its own, times and bytes: what is wrong with them, in Go's words.

const alphabet = /^[A-Za-z0-9+/]$/;

/** Where Go's decoder stops in base64 text; line ends do not count as text. */
export function base64Fault(text: string): string | undefined {
  const fault = (at: number): string => `illegal base64 data at input byte ${at}`;
  let group = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (letter === '\n' || letter === '\r') continue;
    if (alphabet.test(letter)) {
      group = (group + 1) % 4;
      continue;
    }
    if (letter !== '=' || group < 2) return fault(Buffer.byteLength(text.slice(0, i)));
    return padding(text, i, group, fault);
  }
  return group === 0 ? undefined : fault(text.length - group);
}

function padding(text: string, first: number, group: number, fault: (at: number) => string): string | undefined {
  const after = (from: number): number => {
    let at = from;
    while (text[at] === '\n' || text[at] === '\r') at++;
    return at;
  };
  let next = after(first + 1);
  if (group === 2) {
    if (next >= text.length) return fault(text.length);
    if (text[next] !== '=') return fault(next - 1);
    next = after(next + 1);
  }
  return next < text.length ? fault(next) : undefined;
}

const parts: readonly (readonly [shape: string, expression: RegExp])[] = [
  ['2006', /^\d{4}/], ['-', /^-/], ['01', /^\d{2}/], ['-', /^-/], ['02', /^\d{2}/], ['T', /^T/], ['15', /^\d{2}/], [':', /^:/], ['04', /^\d{2}/], [':', /^:/], ['05', /^\d{2}(?:[.,]\d+)?/],
];
const zone: readonly [string, RegExp] = ['Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/];
const fraction: readonly [string, RegExp] = ['.000000', /^[.,]\d{6}/];
const limits: { readonly [shape: string]: readonly [name: string, least: number, most: number] } = { '01': ['month', 1, 12], '15': ['hour', 0, 23], '04': ['minute', 0, 59], '05': ['second', 0, 59] };

/** What Go's time.Parse says to a text that is no RFC 3339 time; `micro`: six digits behind the second are demanded. */
export function timeFault(text: string, micro: boolean): string | undefined {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const lead = `parsing time ${JSON.stringify(text)}`;
  let rest = text;
  let [year, month] = [0, 1];
  for (const [shape, expression] of [...parts, ...(micro ? [fraction] : []), zone]) {
    const found = (shape === '05' && micro ? /^\d{2}/ : expression).exec(rest)?.[0];
    if (found === undefined) return `${lead} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(shape)}`;
    rest = rest.slice(found.length);
    const number = Number.parseInt(found, 10);
    const limit = limits[shape];
    if (limit && (number < limit[1] || number > limit[2])) return `${lead}: ${limit[0]} out of range`;
    if (shape === '2006') year = number;
    if (shape === '01') month = number;
    if (shape === '02' && (number < 1 || number > new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate())) return `${lead}: day out of range`;
  }
  return rest === '' ? undefined : `${lead}: extra text: ${JSON.stringify(rest)}`;
}
