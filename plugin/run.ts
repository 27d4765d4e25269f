// One command line in, one exit code out: finds the command, runs it, tells what went wrong.
import { Cli, type CommandClass } from 'clipanion';
import { basename } from 'node:path';
import { version } from '../proxy/telemetry/version.ts';
import { globalFlags, type ClrkCommand } from './command.ts';
import type { PluginContext } from './context.ts';
import { exitCodes, report, UserError } from './exit.ts';
import { behindCommand, commandOf, groupOf, leadingWords, meant } from './find.ts';
import { coloured, colourModes, type ColourMode } from './format/colour.ts';
import { colourStyle, commandHelp, overview, plainStyle, usageLine, type HelpStyle } from './format/help.ts';
import { nearest } from './nearest.ts';

/**
 * How the person called us. kubectl replaces itself with its plugin, so no parent and no argv tells; the shell's `_` does:
 * it names what was typed. Whoever leaves it out most likely came through kubectl.
 */
export function calledAs(env: Readonly<Record<string, string | undefined>>): string {
  return basename(env['_'] ?? '') === 'kubectl-clrk' ? 'kubectl-clrk' : 'kubectl clrk';
}

/** `--version` alone asks for the program's own version, as with most programs. */
const asCommand = ([first, ...rest]: readonly string[]): readonly string[] => (first === '--version' ? ['version', '--client', ...rest] : first === undefined ? [] : [first, ...rest]);

/** Help is printed before the line is parsed. */
function colourAsked(line: readonly string[]): ColourMode {
  const at = line.findLastIndex((word) => word === '--color' || word.startsWith('--color='));
  const value = line[at]?.includes('=') ? line[at].slice('--color='.length) : line[at + 1];
  return at < 0 ? 'auto' : (colourModes.find((mode) => mode === value) ?? 'auto');
}

/** What kubectl and the shells call on TAB, as cobra names it; listed nowhere. */
export const completionWord = '__complete';

/** Runs one command line to its end. Never throws. */
export async function run(argv: readonly string[], context: PluginContext): Promise<number> {
  if (argv[0] === completionWord) return (await import('./completion/answer.ts')).answer(argv.slice(1), context).catch(() => exitCodes.failed);
  const name = calledAs(context.env);
  const line = asCommand(behindCommand(argv));
  let debug = false;
  try {
    const help = helpText(name, line, coloured(colourAsked(line), context.stdout, context.env) ? colourStyle : plainStyle);
    if (help !== undefined) {
      context.stdout.write(help);
      return exitCodes.ok;
    }
    const command = parse(name, line, context);
    debug = command.logLevel === 'debug';
    return (await command.validateAndExecute()) ?? exitCodes.ok;
  } catch (error) {
    return report(error, context.stderr, debug, failureCode(line));
  }
}

/** A command may have another code for everything that goes wrong, its command line included. */
const failureCode = (line: readonly string[]): number => (commandOf(leadingWords(line)) as { readonly failureCode?: number } | undefined)?.failureCode ?? exitCodes.failed;

/** A parser that knows one command: to learn all of them would take longer than the rest of a short command. */
const parser = (name: string, command: CommandClass<PluginContext>): Cli<PluginContext> => Cli.from([command], { binaryName: name, binaryVersion: version, enableColors: false });

function parse(name: string, line: readonly string[], context: PluginContext): ClrkCommand {
  const command = commandOf(leadingWords(line));
  if (command === undefined) throw unknownCommand(name, line);
  const cli = parser(name, command);
  try {
    return cli.process([...line], context) as ClrkCommand;
  } catch (error) {
    throw inOurWords(error, cli, command);
  }
}

/** Help when it is asked for, and for a group of commands that is named without one of them. */
function helpText(name: string, line: readonly string[], style: HelpStyle): string | undefined {
  const end = line.indexOf('--');
  const asked = line[0] === 'help' || line.slice(0, end < 0 ? undefined : end).some((word) => word === '-h' || word === '--help');
  const words = leadingWords(line[0] === 'help' ? line.slice(1) : line);
  const command = commandOf(words);
  if (command !== undefined) {
    const definition = asked ? parser(name, command).definition(command) : null;
    return definition === null ? undefined : commandHelp(definition, isGlobal, style);
  }
  const group = groupOf(words);
  if (group.length === 0 || (words.length === 0 && line.length > 0 && !asked)) return undefined;
  return overview(name, group.map(({ paths, usage }) => ({ words: paths?.[0]?.join(' ') ?? '', category: usage?.category ?? '', description: usage?.description ?? '' })), style);
}

const isGlobal = (flag: string): boolean => globalFlags.some(({ names }) => names.includes(flag));

function unknownCommand(name: string, line: readonly string[]): UserError {
  const words = leadingWords(line);
  const near = meant(words);
  return new UserError(`unknown command "${words.join(' ') || line.join(' ')}"`, [...(near === undefined ? [] : [`did you mean \`${name} ${near}\`?`]), `\`${name} --help\` lists the commands`]);
}

/** The parser's own errors as the person's mistakes. */
function inOurWords(error: unknown, cli: Cli<PluginContext>, command: CommandClass<PluginContext>): unknown {
  const definition = cli.definition(command);
  if (!(error instanceof Error) || !('clipanion' in error) || definition === null) return error;
  const [problem = ''] = error.message.split('\n');
  const usage = [`usage: ${usageLine(definition)}`, `\`${cli.binaryName} ${command.paths?.[0]?.join(' ')} --help\` tells more`];
  const unknown = /option name \("([^"]+)"\)/.exec(problem)?.[1];
  if (unknown === undefined) return new UserError(problemInWords(problem, usageLine(definition)), [...valueHint(problem), ...(belowHint(problem, cli.binaryName, command) ?? choiceHint(problem)), ...usage]);
  const near = nearest(unknown.split('=', 1)[0] ?? '', definition.options.flatMap(({ nameSet }) => nameSet));
  return new UserError(`unknown flag ${unknown}`, [...(near === undefined ? [] : [`did you mean ${near}?`]), ...usage]);
}

/** What the parser complains about, without its jargon. */
function problemInWords(problem: string, usage: string): string {
  if (problem.startsWith('Not enough positional arguments')) return `${/ ([A-Z]+)\b/.exec(usage)?.[1] ?? 'an argument'} is missing`;
  const surplus = /^Extraneous positional argument \((.+)\)/.exec(problem)?.[1];
  if (surplus !== undefined) return `${surplus} is one argument too many`;
  const empty = valueless(problem);
  return empty === undefined ? problem.charAt(0).toLowerCase() + problem.slice(1).replace(/[.:]$/, '') : `${empty} needs a value`;
}

const valueless = (problem: string): string | undefined => /^Not enough arguments to option (\S+?)\.?$/.exec(problem)?.[1];

function valueHint(problem: string): readonly string[] {
  const flag = valueless(problem);
  return flag === undefined ? [] : [`a value that begins with a dash is written ${flag}=-VALUE`];
}

/** A command that has others below it takes the misspelt name of one of them for an argument. */
function belowHint(problem: string, name: string, command: CommandClass<PluginContext>): readonly string[] | undefined {
  const surplus = /^Extraneous positional argument \("(.+)"\)/.exec(problem)?.[1] ?? /\(got "(.*)"\)$/.exec(problem)?.[1];
  const above = command.paths?.[0] ?? [];
  const near = surplus === undefined || groupOf(above).length < 2 ? undefined : meant([...above, surplus]);
  return near === undefined ? undefined : [`did you mean \`${name} ${near}\`?`];
}

/** The one of a few values that was most likely meant. */
function choiceHint(problem: string): readonly string[] {
  const [, choices, given] = /expected one of (".*"),? \(got "(.*)"\)$/i.exec(problem) ?? [];
  const near = nearest(given ?? '', [...(choices ?? '').matchAll(/"([^"]+)"/g)].map(([, choice]) => choice ?? ''));
  return given === undefined || near === undefined ? [] : [`did you mean ${near}?`];
}
