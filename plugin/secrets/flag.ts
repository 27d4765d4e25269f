// `--secret NAME=ENVVAR[:KEY]`: its grammar, and the values that it takes from the environment.
import { Sealed } from '../../proxy/telemetry/sealed.ts';
import { UserError } from '../exit.ts';
import { dataKeyProblem, secretNameProblem } from './names.ts';

/** What one flag asks for. */
export interface SecretFlag {
  readonly name: string;
  readonly variable: string;
  readonly key: string;
}

/** One Secret to be written: the values never leave their seal before the request is made. */
export interface SecretContent {
  readonly name: string;
  readonly values: ReadonlyMap<string, Sealed>;
}

const grammar = 'the form is NAME=ENVVAR[:KEY], e.g. anthropic-credentials=ANTHROPIC_API_KEY:api-key';

/** The data key where none is given: `ANTHROPIC_API_KEY` becomes `anthropic-api-key`. */
export const defaultKey = (variable: string): string => variable.toLowerCase().replaceAll('_', '-');

/**
 * Splits at the first `=` and the first `:` behind it; white space around a part is dropped.
 * What stands in the variable's place is repeated only when it can name one: whoever wrote the key itself there must not
 * find it in a log.
 */
export function parseSecretFlag(text: string): SecretFlag {
  const [, name, variable, key] = /^([^=]*)=([^:]*)(?::([^]*))?$/.exec(text)?.map((part) => part?.trim()) ?? [];
  if (name === undefined || variable === undefined) throw new UserError('a --secret has no `=`', [grammar]);
  const badName = secretNameProblem(name);
  if (badName !== undefined) throw new UserError(`--secret: ${badName}`, [grammar]);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) throw notAVariable(name, variable);
  const dataKey = key ?? defaultKey(variable);
  const badKey = dataKeyProblem(dataKey);
  if (badKey !== undefined) throw new UserError(`--secret ${name}: ${badKey}`, [grammar]);
  return { name, variable, key: dataKey };
}

function notAVariable(name: string, variable: string): UserError {
  const what = variable === '' ? 'no environment variable is named' : 'what follows the `=` is not the name of an environment variable';
  return new UserError(`--secret ${name}: ${what}`, [grammar, 'the flag takes the name of a variable, never the secret itself: others can read a command line']);
}

/**
 * Reads every flag, in order; flags of the same name make one Secret. Throws before anything has started when variables
 * are not set or empty, and names all of them at once.
 */
export function readSecretFlags(flags: readonly string[], env: Readonly<Record<string, string | undefined>>): readonly SecretContent[] {
  const parsed = flags.map(parseSecretFlag);
  const missing = parsed.filter(({ variable }) => !env[variable]);
  if (missing.length > 0) throw unset(missing, env);
  const secrets = new Map<string, Map<string, Sealed>>();
  for (const { name, variable, key } of parsed) {
    const values = secrets.get(name) ?? new Map<string, Sealed>();
    if (values.has(key)) throw new UserError(`--secret ${name}: the key ${key} is given twice`, ['name another key behind the variable: NAME=ENVVAR:KEY']);
    secrets.set(name, values.set(key, Sealed.of(env[variable] ?? '')));
  }
  return [...secrets].map(([name, values]) => ({ name, values }));
}

function unset(missing: readonly SecretFlag[], env: Readonly<Record<string, string | undefined>>): UserError {
  const told = missing.map(({ name, variable }) => `--secret ${name}: the environment variable ${variable} is ${env[variable] === '' ? 'empty' : 'not set'}`);
  const hints = [...new Set(missing.map(({ variable }) => `export ${variable}=... and try again`))];
  return new UserError(told.at(-1) ?? '', hints, { lines: told.slice(0, -1).map((line) => `error: ${line}`) });
}
