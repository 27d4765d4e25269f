// Colours of plain lines, and the one place that decides whether a stream gets any.
import { styleText } from 'node:util';

/** The values of --color. */
export const colourModes = ['auto', 'always', 'never'] as const;
export type ColourMode = (typeof colourModes)[number];

export type Tint = 'good' | 'warning' | 'bad' | 'quiet';
export type Paint = (tint: Tint, text: string) => string;

const styles = { good: 'green', warning: 'yellow', bad: 'red', quiet: 'dim' } as const;

/**
 * A flag is a clear word and counts alone. Else colours are for a terminal that has them, and for nobody who set NO_COLOR
 * (https://no-color.org: present and not empty).
 */
export function coloured(mode: ColourMode, stream: unknown, env: Readonly<Record<string, string | undefined>>): boolean {
  if (mode !== 'auto') return mode === 'always';
  return isTerminal(stream) && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

export const isTerminal = (stream: unknown): boolean => (stream as { readonly isTTY?: boolean }).isTTY === true;

export function painter(colours: boolean): Paint {
  return (tint, text) => (colours ? styleText(styles[tint], text, { validateStream: false }) : text);
}
