// One command line in, one exit code out: finds the command, runs it, tells what went wrong.
import { Cli } from 'clipanion';
import { basename } from 'node:path';
import { version } from '../proxy/telemetry/version.ts';
import { globalFlags, type ClrkCommand } from './command.ts';
import { commands } from './commands.ts';
import type { PluginContext } from './context.ts';
import { exitCodes, report, UserError } from './exit.ts';
import { behindCommand, commandOf, groupOf, leadingWords, meant } from './find.ts';
import { colourStyle, commandHelp, overview, plainStyle, usageLine, type HelpStyle } from './format/help.ts';
import { nearest } from './nearest.ts';

/**
 * How the person called us. kubectl replaces itself with its plugin, so no parent and no argv tells; the shell's `_` does:
 * it names what was typed. Whoever leaves it out most likely came through kubectl.
 */
export function calledAs(env: Readonly<Record<string, string | undefined>>): string {
  return basename(env['_'] ?? '') === 'kubectl-clrk' ? 'kubectl-clrk' : 'kubectl clrk';
}

/** Runs one command line to its end. Never throws. */
export async function run(argv: readonly string[], context: PluginContext): Promise<number> {
  const cli = new Cli<PluginContext>({ binaryName: calledAs(context.env), binaryVersion: version, enableColors: false });
  for (const command of commands) cli.register(command);
  const line = behindCommand(argv);
  let debug = false;
  try {
    const help = helpText(cli, line, context.colorDepth > 1 ? colourStyle : plainStyle);
    if (help !== undefined) {
      context.stdout.write(help);
      return exitCodes.ok;
    }
    const command = cli.process([...line], context) as ClrkCommand;
    debug = command.logLevel === 'debug';
    return (await command.validateAndExecute()) ?? exitCodes.ok;
  } catch (error) {
    return report(asUserError(error, cli, line), context.stderr, debug);
  }
}

/** Help when it is asked for, and for a group of commands that is named without one of them. */
function helpText(cli: Cli<PluginContext>, line: readonly string[], style: HelpStyle): string | undefined {
  const end = line.indexOf('--');
  const asked = line.slice(0, end < 0 ? undefined : end).some((word) => word === '-h' || word === '--help');
  const words = leadingWords(line[0] === 'help' ? line.slice(1) : line);
  const command = commandOf(words);
  if (command !== undefined) {
    const definition = asked || line[0] === 'help' ? cli.definition(command) : null;
    return definition === null ? undefined : commandHelp(definition, isGlobal, style);
  }
  const group = groupOf(words);
  if (group.length === 0 || (words.length === 0 && line.length > 0 && !asked && line[0] !== 'help')) return undefined;
  return overview(cli.binaryName, group.map((member) => cli.definition(member)).filter((definition) => definition !== null), style);
}

const isGlobal = (flag: string): boolean => globalFlags.some(({ names }) => names.includes(flag));

/** The parser's own errors, in the words of the house. */
function asUserError(error: unknown, cli: Cli<PluginContext>, line: readonly string[]): unknown {
  if (!(error instanceof Error) || !('clipanion' in error)) return error;
  const words = leadingWords(line);
  const command = commandOf(words);
  if (command === undefined) {
    const near = meant(words);
    return new UserError(`unknown command "${words.join(' ') || line.join(' ')}"`, [...(near === undefined ? [] : [`did you mean \`${cli.binaryName} ${near}\`?`]), `\`${cli.binaryName} --help\` lists the commands`]);
  }
  const [problem = ''] = error.message.split('\n');
  const definition = cli.definition(command);
  const unknown = /option name \("([^"]+)"\)/.exec(problem)?.[1];
  const near = unknown === undefined ? undefined : nearest(unknown.split('=', 1)[0] ?? '', definition?.options.flatMap(({ nameSet }) => nameSet) ?? []);
  const usage = definition === null ? [] : [`usage: ${usageLine(definition)}`, `\`${cli.binaryName} ${command.paths?.[0]?.join(' ')} --help\` tells more`];
  if (unknown !== undefined) return new UserError(`unknown flag ${unknown}`, [...(near === undefined ? [] : [`did you mean ${near}?`]), ...usage]);
  return new UserError(problem.charAt(0).toLowerCase() + problem.slice(1).replace(/[.:]$/, ''), usage);
}
