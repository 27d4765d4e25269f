// Reads the warnings that an API server sends beside its answer: `Warning: 299 - "text"` (RFC 9111), any number in one header.

/** More than any server has to say; what comes beyond is left out. */
const mostWarnings = 100;

// code, agent, quoted text, and a quoted date that nobody sends any more. Sticky, so that nothing between two warnings is passed over.
const one = /\s*(\d{3}) (\S+) "((?:[^"\\]|\\.)*)"(?: "[^"]*")?\s*(?:,|$)/y;

/** The texts, in their order. What has another form ends the list: guesses at the rest would put words into the server's mouth. */
export function warningsOf(header: string | readonly string[] | undefined): readonly string[] {
  const found: string[] = [];
  for (const line of header === undefined ? [] : [header].flat()) {
    for (let at = 0; at < line.length && found.length < mostWarnings; at = one.lastIndex) {
      one.lastIndex = at;
      const [, code, , quoted = ''] = one.exec(line) ?? [];
      if (code === undefined) break;
      const text = quoted.replaceAll(/\\(.)/g, '$1');
      // As kubectl: only 299, "miscellaneous persistent warning", is meant for people.
      if (code === '299' && text !== '') found.push(text);
    }
  }
  return found;
}
