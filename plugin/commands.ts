// The commands of `kubectl clrk`, in the order in which they are listed. Each file loads what it needs only when it runs.
import type { CommandClass } from 'clipanion';
import { Apply } from './commands/apply.ts';
import { Version } from './commands/version.ts';
import type { PluginContext } from './context.ts';

export const commands: readonly CommandClass<PluginContext>[] = [Apply, Version];
