// Splits text into the stand-in's tokens, by one rule that a person can check by hand.

const longestWordPiece = 4;

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
const isWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127;
const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

/**
 * Where the token that starts at `from` ends. A token is white space followed by up to four letters or digits, or by one
 * other character; white space at the end is a token of its own. A hand-written scan, because a regular expression
 * takes seconds over the largest body that is accepted.
 */
function tokenEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
  if (at < text.length && !isWord(text.charCodeAt(at))) return at + 1;
  const limit = Math.min(text.length, at + longestWordPiece);
  while (at < limit && isWord(text.charCodeAt(at))) at += 1;
  // Half of a surrogate pair is no text that could be shown on its own.
  if (at > from && at < text.length && isHighSurrogate(text.charCodeAt(at - 1))) at += 1;
  return at;
}

/** The pieces of the text; joined they give the text back. */
export function tokens(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = tokenEnd(text, at);
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

export function tokenCount(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at = tokenEnd(text, at)) count += 1;
  return count;
}
