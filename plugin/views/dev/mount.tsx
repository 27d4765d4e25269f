// Draws the dev screen with ink; loaded only when there is a terminal to draw on.
import { render, type Instance } from 'ink';
import type { ReadStream, WriteStream } from 'node:tty';
import { ThemeContext, type Theme } from '../theme.ts';
import { App, type AppProps } from './app.tsx';

export interface Terminal {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly theme: Theme;
}

/** CI in the environment would make ink print the last frame only, even on a terminal: hence `interactive`. */
export function mount({ stdin, stdout, theme }: Terminal, app: AppProps): Instance {
  return render(
    <ThemeContext value={theme}>
      <App {...app} />
    </ThemeContext>,
    { stdin, stdout, alternateScreen: true, interactive: true, exitOnCtrlC: false, patchConsole: false, maxFps: 15 },
  );
}
