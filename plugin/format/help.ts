// The help texts: the list of commands, and one command with its flags; in the manner of kubectl.
import type { Definition } from 'clipanion';

export interface HelpStyle {
  readonly bold: (text: string) => string;
  readonly header: (text: string) => string;
}

export const plainStyle: HelpStyle = { bold: (text) => text, header: (text) => text };
export const colourStyle: HelpStyle = { bold: (text) => `\u001B[1m${text}\u001B[22m`, header: (text) => `\u001B[1;36m${text}\u001B[0m` };

/** A command in the list. */
export interface Entry {
  readonly words: string;
  readonly category: string;
  readonly description: string;
}

/** Every command with one line each, in the order of its category's first command. */
export function overview(name: string, entries: readonly Entry[], style: HelpStyle): string {
  const width = Math.max(...entries.map(({ words: path }) => path.length));
  const sections = [...Map.groupBy(entries, ({ category }) => category)].map(([category, members]) =>
    [style.header(`${category}:`), ...members.map(({ words: path, description }) => `  ${style.bold(path.padEnd(width))}   ${description}`), ''].join('\n'),
  );
  return [
    'Runs LLM agents on Kubernetes in isolated sandboxes, behind an egress proxy that holds their keys.',
    '',
    ...sections,
    `${style.header('Usage:')}`,
    `  ${name} COMMAND [flags]`,
    '',
    `\`${name} COMMAND --help\` tells more about a command.`,
    '',
  ].join('\n');
}

/** One command in full. */
export function commandHelp(definition: Definition, isGlobal: (flag: string) => boolean, style: HelpStyle): string {
  const own = definition.options.filter(({ preferredName }) => !isGlobal(preferredName));
  const shared = definition.options.filter(({ preferredName }) => isGlobal(preferredName));
  const examples = (definition.examples ?? []).map(([label, line]) => `  # ${label.trim()}\n  ${line}\n`);
  return [
    `${(definition.description ?? '').trim()}.`,
    ...(definition.details === undefined ? [] : ['', definition.details.trimEnd().replaceAll(/ +$/gm, '')]),
    ...(examples.length === 0 ? [] : ['', style.header('Examples:'), examples.join('\n').trimEnd()]),
    ...flags('Flags:', own, style),
    ...flags('Global flags:', shared, style),
    '',
    style.header('Usage:'),
    `  ${usageLine(definition)}`,
    '',
  ].join('\n');
}

type Flag = Definition['options'][number];

function flags(title: string, list: readonly Flag[], style: HelpStyle): string[] {
  if (list.length === 0) return [];
  const rows = list.map((flag) => [flagNames(flag), (flag.description ?? '').trim().replaceAll('`', '')] as const);
  const width = Math.max(...rows.map(([names]) => names.length));
  return ['', style.header(title), ...rows.map(([names, text]) => `  ${style.bold(names.padEnd(width))}   ${text}`)];
}

/** What a flag's value is called: it stands in back-quotes in the description, else it is the flag's name. */
export const valueName = (names: readonly string[], description = ''): string => /`([^`]+)`/.exec(description)?.[1] ?? (names.find((name) => name.startsWith('--')) ?? '').slice(2).toUpperCase();

/** `-n, --namespace NAMESPACE` */
function flagNames({ nameSet, definition, description }: Flag): string {
  const short = nameSet.find((name) => /^-\w$/.test(name));
  const long = nameSet.find((name) => name.startsWith('--'));
  const value = definition.includes('#0') ? ` ${valueName(nameSet, description)}` : '';
  // A switch whose description speaks of its opposite can be set both ways.
  const opposite = long !== undefined && description?.includes(`--no-${long.slice(2)} `) ? `, --no-${long.slice(2)}` : '';
  return `${short === undefined ? '    ' : `${short}${long === undefined ? '' : ', '}`}${long ?? ''}${opposite}${value}`;
}

/** Path and positional arguments, without the flags that stand below. */
export function usageLine(definition: Definition): string {
  const places = definition.usage.replaceAll(/\s+\[?<?-[^\]>]*[\]>]?/g, '');
  return `${(places.startsWith(words(definition)) ? places : words(definition)).replaceAll(/<(\w+)>/g, '$1').replace(' ...', ' [PATH...]')} [flags]`;
}

/** The path of a command without its arguments. */
function words({ path }: Definition): string {
  return path.split(' ').filter((word) => /^[a-z]/.test(word)).join(' ');
}
