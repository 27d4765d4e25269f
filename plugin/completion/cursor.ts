// Where on a command line the cursor stands, and what the words before it have said. Pure.
import type { CommandClass } from 'clipanion';
import { globalFlags } from '../command.ts';
import type { PluginContext } from '../context.ts';
import { commandOf, groupOf } from '../find.ts';
import { formOf, type ArgumentForm, type CommandForm, type FlagForm } from './grammar.ts';

export type ClrkCommandClass = CommandClass<PluginContext>;

export type Place =
  /** A word of a command's path, below those that stand there already. */
  | { readonly kind: 'command'; readonly path: readonly string[] }
  | { readonly kind: 'flag'; readonly flags: readonly FlagForm[] }
  | { readonly kind: 'value'; readonly flag: FlagForm }
  | { readonly kind: 'argument'; readonly argument: ArgumentForm };

export interface Cursor {
  /** Several where both would do, as after `completion`. */
  readonly places: readonly Place[];
  /** What is written of the word so far; of `--flag=value` the value. */
  readonly current: string;
  readonly command: ClrkCommandClass | undefined;
  /** The flags before the cursor, by their first name. */
  readonly given: ReadonlyMap<string, string>;
}

const begun = (word: string): string => word.split('=', 1)[0] ?? '';
const named = (flags: readonly FlagForm[], word: string): FlagForm | undefined => flags.find(({ names }) => names.includes(begun(word)));

const shared = new Set(globalFlags.flatMap(({ names }) => names));
const isGlobal = ({ names }: FlagForm): boolean => names.some((name) => shared.has(name));

/** The last word is the one to complete; it may be empty. */
export function cursorOf(words: readonly string[]): Cursor {
  const line = new Line();
  for (const word of words.slice(0, -1)) line.take(word);
  return line.cursor(words.at(-1) ?? '');
}

class Line {
  readonly #given = new Map<string, string>();
  readonly #forms = new Map<ClrkCommandClass, CommandForm>();
  #path: readonly string[] = [];
  #arguments = 0;
  #onlyArguments = false;
  #wanting: FlagForm | undefined;

  take(word: string): void {
    if (this.#wanting !== undefined) {
      this.#given.set(this.#wanting.names[0] ?? '', word);
      this.#wanting = undefined;
    } else if (!this.#onlyArguments && word === '--') this.#onlyArguments = true;
    else if (!this.#onlyArguments && word.length > 1 && word.startsWith('-')) this.#takeFlag(word);
    else if (this.#arguments === 0 && groupOf([...this.#path, word]).length > 0) this.#path = [...this.#path, word];
    else if (this.#path.length > 0 || word !== 'help') this.#arguments += 1;
  }

  #takeFlag(word: string): void {
    const flag = named(this.#form().flags, word);
    if (flag === undefined) return;
    if (flag.value !== undefined && !word.includes('=')) this.#wanting = flag;
    else this.#given.set(flag.names[0] ?? '', word.slice(begun(word).length + 1));
  }

  #command(): ClrkCommandClass | undefined {
    return commandOf(this.#path);
  }

  /** Before the command only the global flags are known, which every command has. */
  #form(): CommandForm {
    const command = this.#command() ?? groupOf(this.#path)[0];
    if (command === undefined) return { flags: [], positionals: [] };
    const form = this.#forms.get(command) ?? formOf(command);
    this.#forms.set(command, form);
    if (this.#command() !== undefined) return form;
    return { flags: form.flags.filter(isGlobal), positionals: [] };
  }

  cursor(current: string): Cursor {
    const command = this.#command();
    const at = (places: readonly Place[], written = current): Cursor => ({ places, current: written, command, given: this.#given });
    if (this.#wanting !== undefined) return at([{ kind: 'value', flag: this.#wanting }]);
    const { flags, positionals, rest } = this.#form();
    if (!this.#onlyArguments && current.startsWith('-')) {
      const open = flags.filter((flag) => flag.repeatable || !this.#given.has(flag.names[0] ?? ''));
      if (!current.includes('=')) return at([{ kind: 'flag', flags: [...open.filter((flag) => !isGlobal(flag)), ...open.filter(isGlobal)] }]);
      const flag = named(flags, current);
      return at(flag?.value === undefined ? [] : [{ kind: 'value', flag }], current.slice(begun(current).length + 1));
    }
    const argument = positionals[this.#arguments] ?? rest;
    return at([
      ...(this.#arguments === 0 ? [{ kind: 'command', path: this.#path } as const] : []),
      ...(command === undefined || argument === undefined ? [] : [{ kind: 'argument', argument } as const]),
    ]);
  }
}
