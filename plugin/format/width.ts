// How many terminal cells a text takes, and cutting it by cells: letters of East Asia and emoji take two, marks none.

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ascii = /^[\x20-\x7e]*$/;
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{17000}-\u{18cff}]|[\u{1b000}-\u{1b2ff}]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|.*\ufe0f)/u;
const markOnly = /^\p{Mark}+$/u;

/** Cells of a text that holds no control characters. */
export function cells(text: string): number {
  if (ascii.test(text)) return text.length;
  let sum = 0;
  for (const { segment } of graphemes.segment(text)) sum += cellsOf(segment);
  return sum;
}

/** The text in pieces of at most `width` cells; one empty piece for an empty text. */
export function wrapCells(text: string, width: number): readonly string[] {
  const room = Math.max(2, width);
  if (ascii.test(text)) {
    const count = Math.max(1, Math.ceil(text.length / room));
    return Array.from({ length: count }, (_, n) => text.slice(n * room, (n + 1) * room));
  }
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const size = cellsOf(segment);
    if (used + size > room) {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += segment;
    used += size;
  }
  return [...pieces, piece];
}

/** As {@link wrapCells}, but between words where a line would not become much shorter by it. */
export function wrapWords(text: string, width: number): readonly string[] {
  const room = Math.max(2, width);
  const pieces: string[] = [];
  let rest = text;
  while (cells(rest.slice(0, room * 2)) > room) {
    // A grapheme is rarely longer than 16 code units; looking no further keeps long lines linear.
    const piece = wrapCells(rest.slice(0, room * 16), room)[0] ?? '';
    const space = rest[piece.length] === ' ' ? piece.length : piece.lastIndexOf(' ');
    const end = space + 1 > piece.length * 0.6 ? space + 1 : Math.max(1, piece.length);
    pieces.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  return rest === '' && pieces.length > 0 ? pieces : [...pieces, rest];
}

/** At most `width` cells; what was cut shows as `…`. */
export function truncateCells(text: string, width: number): string {
  if (cells(text) <= width) return text;
  if (width < 3) return '…'.repeat(Math.min(1, Math.max(0, width)));
  return `${wrapCells(text, width - 1)[0] ?? ''}…`;
}

function cellsOf(segment: string): number {
  if (segment.length === 1 && segment <= '~') return 1;
  if (markOnly.test(segment)) return 0;
  return wide.test(segment) ? 2 : 1;
}
