// Reads a body that is YAML: as JSON text, and the keys that come twice in it. What one text can ask of the reader is bounded.
import type { Document, Node } from 'yaml';
import { goYaml } from '../../manifests/go-yaml.ts';
import { Unreadable } from './json-scan.ts';

/** The reader takes microseconds for each, and nobody else has a turn meanwhile: larger bodies come as JSON. */
const mostWords = 200_000;
/** Each is looked up among all nodes. */
const mostAliases = 1000;
/** Of the value without its aliases: twice what a body may have. */
const mostCharacters = 6 * 1024 * 1024;
const mostRepeated = 100;

export interface YamlBody {
  readonly json: string;
  /** Keys that come twice, in the words of Go's reader. */
  readonly repeated: readonly string[];
}

class Tangled extends Error {}

/** What is left of the room when the value has been written out, shared parts as often as they are used. */
function roomAfter(value: unknown, room: number): number {
  if (room < 0) throw new Tangled();
  if (typeof value === 'string') return room - value.length;
  if (typeof value !== 'object' || value === null) return room - 1;
  if (Array.isArray(value)) return value.reduce<number>((left, one) => roomAfter(one, left - 1), room);
  return Object.entries(value).reduce<number>((left, [key, one]) => roomAfter(one, left - key.length - 1), room);
}

/** Throws an Unreadable. The library is loaded only when it is needed. */
export async function readYaml(text: string): Promise<YamlBody> {
  const { isScalar, Lexer, LineCounter, parseDocument, visit } = await import('yaml');
  let words = 0;
  for (const word of new Lexer().lex(text)) if (word !== '' && ++words > mostWords) throw new Unreadable(`yaml: more than ${mostWords} words: send it as JSON`);
  const lines = new LineCounter();
  const repeated: string[] = [];
  const look = (document: Document): void => {
    let aliases = 0;
    visit(document, {
      Alias() {
        if (++aliases > mostAliases) throw new Tangled();
      },
      Map(_key, { items }) {
        const seen = new Set<unknown>();
        for (const { key } of items) {
          if (!isScalar(key) || typeof key.value === 'symbol') continue;
          if (seen.has(key.value) && repeated.length < mostRepeated) repeated.push(`line ${lines.linePos((key as Node).range?.[0] ?? 0).line}: key ${JSON.stringify(String(key.value))} already set in map`);
          seen.add(key.value);
        }
      },
    });
  };
  try {
    const document = parseDocument(text, { ...goYaml, lineCounter: lines });
    const [error] = document.errors;
    if (error) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw new Unreadable(`yaml: ${error.message.split('\n')[0]?.slice(0, 200)} at line ${line}, column ${col}:`);
    }
    look(document as Document);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    roomAfter(value, mostCharacters);
    // Through JSON: turns whatever YAML can say into what Kubernetes can, and refuses what refers to itself.
    return { json: JSON.stringify(value) ?? 'null', repeated };
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable('yaml: it has too many aliases, refers to itself, or is nested too deeply');
  }
}
