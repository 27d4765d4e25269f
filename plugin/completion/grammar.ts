// What a command takes, read from its class: flags, arguments, and the few values that some of them allow.
import { Command } from 'clipanion';
import type { CommandClass } from 'clipanion';
import type { PluginContext } from '../context.ts';
import { valueName } from '../format/help.ts';

export interface FlagForm {
  readonly names: readonly string[];
  readonly description: string;
  readonly repeatable: boolean;
  /** What its value is called in the help; absent for a switch. */
  readonly value?: string;
  /** The values it allows, where they are few; one that ends with = wants more behind it. */
  readonly choices: readonly string[];
}

export interface ArgumentForm {
  readonly name: string;
  readonly choices: readonly string[];
}

export interface CommandForm {
  readonly flags: readonly FlagForm[];
  readonly positionals: readonly ArgumentForm[];
  /** Any number of further arguments. */
  readonly rest?: ArgumentForm;
}

/** An option as the parser keeps it until it has a command line to take its value from. */
interface RawOption {
  definition(builder: unknown, key: string): void;
  transformer(builder: unknown, key: string, state: unknown, context: unknown): unknown;
}

/** No flag allows it: the refusal names those that are allowed. */
const impossible = '\u0000';

export function formOf(command: CommandClass<PluginContext>): CommandForm {
  const flags: FlagForm[] = [];
  const positionals: ArgumentForm[] = [];
  let rest: ArgumentForm | undefined;
  for (const [key, option] of Object.entries(new command())) {
    if (!isRaw(option)) continue;
    option.definition({
      addOption: ({ names, arity = 0, hidden = false, description = '' }: { readonly names: readonly string[]; readonly arity?: number; readonly hidden?: boolean; readonly description?: string }): void => {
        if (hidden) return;
        const value = arity === 0 ? undefined : valueName(names, description);
        flags.push({ names, description: description.replaceAll('`', ''), repeatable: Array.isArray(taken(option, key, {})), choices: arity === 0 ? [] : choices(option, key, { options: names.map((name) => ({ name, value: impossible })) }), ...(value === undefined ? {} : { value }) });
      },
      addPositional: ({ name }: { readonly name: string }): void => void positionals.push({ name, choices: choices(option, key, { positionals: [{ value: impossible, extra: false }] }) }),
      addRest: ({ name }: { readonly name: string }): void => { rest = { name, choices: [] }; },
      addProxy: (): void => undefined,
    }, key);
  }
  return { flags, positionals, ...(rest === undefined ? {} : { rest }) };
}

const isRaw = (value: unknown): value is RawOption => typeof value === 'object' && value !== null && Command.isOption in value;

function taken(option: RawOption, key: string, state: object): unknown {
  try {
    return option.transformer(undefined, key, { options: [], positionals: [], ...state }, { env: {} });
  } catch (error) {
    return error;
  }
}

function choices(option: RawOption, key: string, state: object): readonly string[] {
  const refusal = taken(option, key, state);
  const allowed = refusal instanceof Error ? /expected (?:one of )?("[^]*?) \(got /.exec(refusal.message)?.[1] : undefined;
  return [...(allowed ?? '').matchAll(/"([^"]+)"/g)].map(([, choice]) => choice ?? '');
}
