// Makes text that an agent or a provider wrote safe to put on a terminal: what could move the cursor or hide text becomes visible.

// C0 and C1 controls, line and paragraph separators, and the marks that reorder or hide text (bidirectional overrides, zero width).
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\u{e0000}-\u{e007f}]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': ' ' };

/** One line, at most `maxLength` characters, with every unsafe character spelled out as `\x1b` or `\u202e`. */
export function printable(text: string, maxLength = 4096): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return cut.replace(unsafe, (found) => short[found] ?? spelled(found));
}

/** Several lines, each made safe; the last one says so when there were more than `maxLines`. */
export function printableLines(text: string, maxLines = 5000): readonly string[] {
  const lines = text.split(/\r\n|\n|\r/, maxLines + 1);
  const kept = lines.slice(0, maxLines).map((line) => printable(line.replaceAll('\t', '  '), 16_384));
  return lines.length > maxLines ? [...kept, '… more lines'] : kept;
}

function spelled(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}
