// Colours of plain lines: only on a terminal that has them, and never with NO_COLOR.
import { styleText } from 'node:util';

export type Tint = 'good' | 'warning' | 'bad' | 'quiet';
export type Paint = (tint: Tint, text: string) => string;

const styles = { good: 'green', warning: 'yellow', bad: 'red', quiet: 'dim' } as const;

/** Paints for one stream. `env` is the environment whose NO_COLOR (any non-empty value) and TERM count. */
export function painter(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const colours = stream.isTTY === true && hasColour(env);
  return (tint, text) => (colours ? styleText(styles[tint], text, { validateStream: false }) : text);
}

/** https://no-color.org: present and not empty means none. */
export function hasColour(env: NodeJS.ProcessEnv): boolean {
  return (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}
