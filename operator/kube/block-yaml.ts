// Reads the YAML that kubectl and its like write into a kubeconfig, which is a small part of YAML, in a fraction of the time that a whole parser takes to load.

export type Plain = string | null | readonly Plain[] | { readonly [key: string]: Plain };

interface Line {
  readonly indent: number;
  readonly text: string;
}

class Unusual extends Error {}

const maxDepth = 32;
const keyed = /^([A-Za-z][A-Za-z0-9-]*):(?: +(\S.*))?$/;
/** What no version of YAML takes for a number, a date, a truth or nothing. */
const surelyText = /^(?!(?:true|false|yes|no|on|off|null|y|n)$)[A-Za-z/](?:[\w/+=.:@~-]*[\w/+=.@~-])?$/i;

/** Undefined for all else, mistakes included: a whole parser reads that, and complains. A value that may not be text is null. */
export function blockYaml(text: string): Plain | undefined {
  // Tabs, other kinds of line ends, and whatever else is no plain character.
  if (/[^\n\r -~]|\r(?!\n)/.test(text)) return undefined;
  try {
    const lines = text.replace(/^---\r?\n/, '').split(/\r?\n/).flatMap((line): readonly Line[] => {
      const content = line.trim();
      return content === '' || content.startsWith('#') ? [] : [{ indent: line.search(/[^ ]/), text: content }];
    });
    const reader = new Reader(lines);
    const found = reader.block(0, 0);
    return reader.line === undefined ? found : undefined;
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  }
}

class Reader {
  readonly #lines: Line[];
  #at = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = [...lines];
  }

  get line(): Line | undefined {
    return this.#lines[this.#at];
  }

  block(indent: number, depth: number): Plain {
    if (depth > maxDepth) throw new Unusual();
    return this.line?.text.startsWith('- ') === true ? this.#list(indent, depth) : this.#map(indent, depth);
  }

  #list(indent: number, depth: number): Plain {
    const items: Plain[] = [];
    for (let line = this.line; line?.indent === indent && line.text.startsWith('- '); line = this.line) {
      const rest = line.text.slice(2).trimStart();
      if (keyed.test(rest)) {
        // A map that begins behind the dash stands where its first key does.
        const inner = indent + line.text.length - rest.length;
        this.#lines[this.#at] = { indent: inner, text: rest };
        items.push(this.#map(inner, depth + 1));
      } else {
        this.#at++;
        items.push(scalar(rest));
      }
    }
    return items;
  }

  #map(indent: number, depth: number): Plain {
    const entries = new Map<string, Plain>();
    for (let line = this.line; line?.indent === indent && !line.text.startsWith('- '); line = this.line) {
      const [, key, value] = keyed.exec(line.text) ?? [];
      if (key === undefined || entries.has(key)) throw new Unusual();
      this.#at++;
      entries.set(key, value === undefined ? this.#below(indent, depth) : scalar(value));
    }
    // Whatever goes on further to the right is a text over several lines, or a mistake.
    if (entries.size === 0 || (this.line?.indent ?? 0) > indent) throw new Unusual();
    return Object.fromEntries(entries);
  }

  #below(indent: number, depth: number): Plain {
    const next = this.line;
    const isInside = next !== undefined && (next.indent > indent || (next.indent === indent && next.text.startsWith('- ')));
    return isInside ? this.block(next.indent, depth + 1) : null;
  }
}

function scalar(text: string): Plain {
  if (text === '{}') return {};
  if (text === '[]') return [];
  const quoted = /^"([^"\\]*)"$/.exec(text)?.[1] ?? /^'([^']*)'$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted;
  if (surelyText.test(text)) return text;
  // A number or the like; what has more to it than these characters is not read here.
  if (/^[\w+.~-]+$/.test(text)) return null;
  throw new Unusual();
}
