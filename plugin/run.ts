// One command line in, one exit code out: finds the command, runs it, tells what went wrong.
import { Cli } from 'clipanion';
import { basename } from 'node:path';
import { version } from '../proxy/telemetry/version.ts';
import { ClrkCommand, globalFlags } from './command.ts';
import { commands } from './commands.ts';
import type { PluginContext } from './context.ts';
import { exitCodes, report, UserError } from './exit.ts';

/**
 * How the person called us. kubectl replaces itself with its plugin, so no parent and no argv tells; the shell's `_` does:
 * it names what was typed. Whoever leaves it out most likely came through kubectl.
 */
export function calledAs(env: Readonly<Record<string, string | undefined>>): string {
  return basename(env['_'] ?? '') === 'kubectl-clrk' ? 'kubectl-clrk' : 'kubectl clrk';
}

/** Global flags may stand before the command, as with kubectl; the parser wants them behind it. */
export function behindCommand(argv: readonly string[]): string[] {
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

/** Runs one command line to its end. Never throws. */
export async function run(argv: readonly string[], context: PluginContext): Promise<number> {
  const cli = new Cli<PluginContext>({ binaryName: calledAs(context.env), binaryVersion: version, enableColors: context.colorDepth > 1 });
  for (const command of commands) cli.register(command);
  let debug = argv.includes('--log-level=debug');
  try {
    const command = cli.process(behindCommand(argv), context);
    if (!(command instanceof ClrkCommand)) return await cli.run(command, context);
    if (command.help) {
      context.stdout.write(cli.usage(command, { detailed: true }));
      return exitCodes.ok;
    }
    debug = command.logLevel === 'debug';
    return (await command.validateAndExecute()) ?? exitCodes.ok;
  } catch (error) {
    return report(asUserError(error, cli.binaryName, argv), context.stderr, debug);
  }
}

/** The parser's own errors, in the words of the house. */
function asUserError(error: unknown, name: string, argv: readonly string[]): unknown {
  if (!(error instanceof Error) || !('clipanion' in error)) return error;
  const words = argv.filter((word) => !word.startsWith('-'));
  const [, problem = error.message, usages = ''] = /^(?:Unknown Syntax Error: )?(.*?)(?:\n\n([^]*))?$/.exec(error.message) ?? [];
  const hints = [...usages.matchAll(/^(?:\$|\s*\d+\.) (.*)$/gm)].slice(0, 5).map(([, usage]) => `usage: ${usage}`);
  if (/^Command not found/.test(problem)) return new UserError(`unknown command "${words.join(' ')}"`, [...hints, `\`${name} --help\` lists the commands`]);
  return new UserError(problem.charAt(0).toLowerCase() + problem.slice(1).replace(/[.:]$/, ''), hints);
}
