// From the words of a command line to commands: which one is meant, which group, which was misspelt.
import type { CommandClass } from 'clipanion';
import { globalFlags } from './command.ts';
import { commands } from './commands.ts';
import type { PluginContext } from './context.ts';
import { nearest } from './nearest.ts';

type ClrkCommandClass = CommandClass<PluginContext>;

const paths = (command: ClrkCommandClass): readonly (readonly string[])[] => command.paths ?? [];
const begins = (whole: readonly string[], part: readonly string[]): boolean => part.every((word, at) => whole[at] === word);

/** Global flags may stand before the command, as with kubectl; the parser wants them behind it. */
export function behindCommand(argv: readonly string[]): readonly string[] {
  const moved: string[] = [];
  let at = 0;
  for (let word = argv[at]; word !== undefined && word.startsWith('-'); word = argv[at]) {
    const flag = globalFlags.find(({ names }) => names.includes(word.split('=', 1)[0] ?? ''));
    if (flag === undefined) break;
    const width = flag.takesValue && !word.includes('=') ? 2 : 1;
    moved.push(...argv.slice(at, at + width));
    at += width;
  }
  const rest = argv.slice(at);
  const stop = rest.indexOf('--');
  return stop < 0 ? [...rest, ...moved] : [...rest.slice(0, stop), ...moved, ...rest.slice(stop)];
}

/** The words before the first flag. */
export function leadingWords(argv: readonly string[]): readonly string[] {
  const flag = argv.findIndex((word) => word.startsWith('-'));
  return flag < 0 ? argv : argv.slice(0, flag);
}

/** The command whose path the words begin with; of `dev` and `dev status` the longer one that fits. */
export function commandOf(words: readonly string[]): ClrkCommandClass | undefined {
  const fitting = commands.flatMap((command) => paths(command).filter((path) => begins(words, path)).map((path) => ({ command, length: path.length })));
  return fitting.toSorted((a, b) => b.length - a.length)[0]?.command;
}

/** The commands below a word that is none itself, e.g. `agents`; all of them for no words. */
export const groupOf = (words: readonly string[]): readonly ClrkCommandClass[] => commands.filter((command) => paths(command).some((path) => begins(path, words)));

/** The command that was most likely meant, as it is written: all words but the last that could be right are taken to be. */
export function meant(words: readonly string[]): string | undefined {
  const right = words.findLastIndex((_word, at) => at < words.length - 1 && groupOf(words.slice(0, at + 1)).length > 0) + 1;
  const group = words.slice(0, right);
  const near = nearest(words[right] ?? '', new Set(groupOf(group).flatMap((command) => paths(command).filter((path) => begins(path, group)).map((path) => path[right] ?? ''))));
  return near === undefined ? undefined : [...group, near].join(' ');
}
