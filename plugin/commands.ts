// The commands of `kubectl clrk`, in the order in which they are listed. Each file loads what it needs only when it runs.
import type { CommandClass } from 'clipanion';
import { AgentsGet } from './commands/agents/get.ts';
import { AgentsList } from './commands/agents/list.ts';
import { AgentsLogs } from './commands/agents/logs.ts';
import { Apply } from './commands/apply.ts';
import { Completion } from './commands/completion.ts';
import { CompletionInstall } from './commands/completion/install.ts';
import { Check } from './commands/check.ts';
import { Diff } from './commands/diff.ts';
import { Dev } from './commands/dev.ts';
import { DevLogs } from './commands/dev/logs.ts';
import { DevReload } from './commands/dev/reload.ts';
import { DevStatus } from './commands/dev/status.ts';
import { DevWaitReady } from './commands/dev/wait-ready.ts';
import { Install, Upgrade } from './commands/install.ts';
import { SecretsDelete } from './commands/secrets/delete.ts';
import { SecretsList } from './commands/secrets/list.ts';
import { SecretsSet } from './commands/secrets/set.ts';
import { Uninstall } from './commands/uninstall.ts';
import { Validate } from './commands/validate.ts';
import { Version } from './commands/version.ts';
import type { PluginContext } from './context.ts';

export const commands: readonly CommandClass<PluginContext>[] = [
  Dev,
  DevStatus,
  DevWaitReady,
  DevLogs,
  DevReload,
  Install,
  Upgrade,
  Uninstall,
  Check,
  Apply,
  Diff,
  Validate,
  AgentsList,
  AgentsGet,
  AgentsLogs,
  SecretsSet,
  SecretsList,
  SecretsDelete,
  Completion,
  CompletionInstall,
  Version,
];
