// The colours of the terminal interface by meaning; without colours everything is still told apart by weight and glyph.
import { createContext, useContext } from 'react';

export type Tone = 'plain' | 'strong' | 'quiet' | 'good' | 'warning' | 'bad' | 'accent' | 'name';

/** Properties of ink's Text. */
export interface Style {
  readonly color?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
}

export interface Theme {
  readonly tones: Readonly<Record<Tone, Style>>;
  /** The border of the pane that takes the keys differs in shape too, for terminals without colours. */
  readonly focused: { readonly border: 'bold'; readonly style: Style };
  readonly other: { readonly border: 'round'; readonly style: Style };
}

/** The theme for a terminal with or without colours (NO_COLOR). */
export function theme(colours: boolean): Theme {
  const colour = (color: string, style: Style = {}): Style => (colours ? { color, ...style } : style);
  return {
    tones: {
      plain: {},
      strong: { bold: true },
      quiet: { dimColor: true },
      good: colour('green'),
      warning: colour('yellow'),
      bad: colour('red', { bold: true }),
      accent: colour('cyan', { bold: true }),
      name: colour('cyan'),
    },
    focused: { border: 'bold', style: colour('cyan') },
    other: { border: 'round', style: { dimColor: true } },
  };
}

export const ThemeContext = createContext<Theme>(theme(false));

export const useTheme = (): Theme => useContext(ThemeContext);
