// One opened thing over the whole body, scrolled.
import { Text } from 'ink';
import type { ReactNode } from 'react';
import { innerHeight, Pane } from '../parts/pane.tsx';
import { useTheme } from '../theme.ts';
import type { Line } from './rows.ts';

export interface DetailProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly top: number;
  readonly follow: boolean;
  readonly width: number;
  readonly height: number;
}

export function DetailPane({ title, lines, top, follow, width, height }: DetailProps): ReactNode {
  const { tones } = useTheme();
  const page = innerHeight(height);
  const bottom = Math.min(lines.length, top + page);
  const place = lines.length > page ? `${follow ? 'following, ' : ''}${top + 1}-${bottom} of ${lines.length}${bottom < lines.length ? ' ↓' : ''}` : '';
  return (
    <Pane title={title} hint={place} focused width={width} height={height}>
      {lines.slice(top, bottom).map((line, index) => (
        // The place on the screen is what a row of text is: lines have no identity of their own.
        <Text key={top + index} wrap="truncate">
          <Text {...tones.name}>{line.name}</Text>
          <Text {...tones[line.tone]}>{line.text === '' && line.name === '' ? ' ' : line.text}</Text>
        </Text>
      ))}
    </Pane>
  );
}
