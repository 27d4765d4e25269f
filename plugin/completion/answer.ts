// `kubectl-clrk __complete WORDS...`: what kubectl and the shells ask on TAB; candidates line by line, then `:` and how to go on.
import type { ClusterFlags } from '../cluster.ts';
import type { PluginContext } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { groupOf } from '../find.ts';
import { cursorOf, type Cursor, type Place } from './cursor.ts';
import type { FlagForm } from './grammar.ts';
import { sourceOf } from './sources.ts';

/** As cobra numbers them, whose scripts kubectl brings to the shells. */
const directives = { files: 0, noSpace: 2, noFiles: 4, filesOfEndings: 8, folders: 16 } as const;

interface Candidate {
  readonly word: string;
  readonly about?: string;
}

interface Offer {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

/** A person waits for it with a finger on the key. */
const patienceMs = 2000;
/** What a shell takes as it stands: a name with a `$(` in it must not reach a command line. */
const plain = /^[\w@%+=:,./-]+$/;

/** Never says a word about what went wrong: it would land in the middle of the line being typed. */
export async function answer(words: readonly string[], context: PluginContext): Promise<number> {
  const cursor = cursorOf(words.length === 0 ? [''] : words);
  const offers = await Promise.all(cursor.places.map((place) => offer(place, cursor, context)));
  const endings = offers.find(({ directive }) => directive === directives.filesOfEndings);
  const candidates = endings?.candidates ?? offers.flatMap((one) => one.candidates).filter(({ word }) => word.startsWith(cursor.current) && plain.test(word));
  // Behind `jsonpath=` and `daemonagent/` more is wanted.
  const open = candidates.length > 0 && candidates.every(({ word }) => /[=/]$/.test(word));
  const directive = endings?.directive ?? (candidates.length > 0 ? directives.noFiles | (open ? directives.noSpace : 0) : (offers.at(-1)?.directive ?? directives.noFiles));
  const lines = candidates.map(({ word, about }) => (about === undefined ? word : `${word}\t${about}`));
  await new Promise((resolve) => void context.stdout.write([...lines, `:${directive}`, ''].join('\n'), resolve));
  return exitCodes.ok;
}

const these = (candidates: readonly Candidate[]): Offer => ({ candidates, directive: directives.noFiles });

async function offer(place: Place, cursor: Cursor, context: PluginContext): Promise<Offer> {
  switch (place.kind) {
    case 'command':
      return these(commandWords(place.path));
    case 'flag':
      return these(flagWords(place.flags, cursor.current));
    case 'value':
      return values(place.flag.value ?? '', place.flag.choices, cursor, context);
    case 'argument':
      return values(place.argument.name, place.argument.choices, cursor, context);
  }
}

/** The next word of each command below; an alias is understood and not offered. */
function commandWords(path: readonly string[]): readonly Candidate[] {
  const below = groupOf(path).flatMap((command) => {
    const whole = command.paths?.find((one) => one.length > path.length && path.every((word, at) => one[at] === word));
    return whole === undefined ? [] : [{ word: whole[path.length] ?? '', next: whole[path.length + 1], about: command.usage?.description }];
  });
  // A word that begins several commands is told by what may follow it.
  return [...Map.groupBy(below, ({ word }) => word)].map(([word, all]) => {
    const about = all.find(({ next }) => next === undefined)?.about ?? all.map(({ next }) => next).join(', ');
    return { word, ...(about === undefined ? {} : { about }) };
  });
}

/** A single dash asks for the short ones too. */
const flagWords = (flags: readonly FlagForm[], written: string): readonly Candidate[] =>
  flags.flatMap(({ names, description }) => names.filter((name) => name.startsWith('--') || written === '-').map((word) => ({ word, about: description.split('\n')[0] ?? '' })));

async function values(name: string, choices: readonly string[], cursor: Cursor, context: PluginContext): Promise<Offer> {
  if (choices.length > 0) return these(choices.map((word) => ({ word })));
  const source = sourceOf(name, cursor.command?.paths?.[0]?.[0] ?? '');
  if (source === undefined) return these([]);
  if (source.from === 'folders') return { candidates: [], directive: directives.folders };
  if (source.from === 'files') return { candidates: source.endings.map((word) => ({ word })), directive: source.endings.length === 0 ? directives.files : directives.filesOfEndings };
  const { namesOf } = await import('./names.ts');
  const signal = AbortSignal.timeout(patienceMs);
  // Beside the signal: a program that logs in for us does not know it.
  const late = new Promise<readonly string[]>((resolve) => signal.addEventListener('abort', () => resolve([]), { once: true }));
  const world = { env: context.env, home: context.home, cwd: context.cwd, signal };
  const names = await Promise.race([namesOf(source, cursor.current, flagsOf(cursor.given), world), late]).catch(() => []);
  return these(names.map((word) => ({ word })));
}

const flagsOf = (given: ReadonlyMap<string, string>): ClusterFlags => ({
  kubeconfig: given.get('--kubeconfig'), contextName: given.get('--context'), namespace: given.get('-n'), local: given.has('--local'), clrkDir: given.get('--clrk-dir'),
});
