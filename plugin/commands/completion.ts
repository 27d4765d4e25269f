// `kubectl clrk completion`: the script that makes a shell complete the plugin.
import { Option } from 'clipanion';
import { isEnum } from 'typanion';
import { ClrkCommand } from '../command.ts';
import { completionScripts, shells } from '../completion/scripts.ts';
import { exitCodes } from '../exit.ts';

export class Completion extends ClrkCommand {
  static override paths = [['completion']];
  static override usage = {
    category: 'About',
    description: 'Print the completion script of a shell: bash, zsh or fish',
    details: `
      The script completes commands, flags, their values, and the names of what is in the cluster, for \`kubectl clrk\` and for
      \`kubectl-clrk\`. Load it after kubectl's own.

      Where kubectl is completed already (1.26 or newer), \`kubectl clrk completion install\` is all that is needed.
    `,
    examples: [
      ['In this bash', 'source <($0 completion bash)'],
      ['In every zsh', '$0 completion zsh > "$HOME/_kubectl-clrk"'],
      ['In this fish', '$0 completion fish | source'],
    ] as [string, string][],
  };

  shell = Option.String({ name: 'SHELL', validator: isEnum(shells) });

  async execute(): Promise<number> {
    this.print(completionScripts[this.shell]);
    return exitCodes.ok;
  }
}
