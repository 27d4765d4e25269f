// `kubectl clrk completion install`: puts in place what kubectl's own completion asks, which Krew does not do.
import { Option } from 'clipanion';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ClrkCommand } from '../../command.ts';
import { completionProgram, foldersFor, isOurs, isWritable } from '../../completion/place.ts';
import { exitCodes, UserError } from '../../exit.ts';
import { resolvePath } from '../../kubeconfig.ts';

export class CompletionInstall extends ClrkCommand {
  static override paths = [['completion', 'install']];
  static override usage = {
    category: 'About',
    description: "Let kubectl's own completion complete the plugin",
    details: `
      Writes the small program kubectl_complete-clrk, which kubectl 1.26 or newer runs on TAB behind \`kubectl clrk\`, into the folder of PATH
      that kubectl-clrk is in, or where that is not yours into ~/.local/bin or ~/bin. It stays when Krew upgrades the plugin; --remove takes it away.
    `,
    examples: [
      ['Beside the plugin', '$0 completion install'],
      ['In a folder of your own', '$0 completion install --dir ~/.local/bin'],
      ['Away with it', '$0 completion install --remove'],
    ] as [string, string][],
  };

  folder = Option.String('--dir', { description: 'The folder (`DIR`) to write it into; it should be one of PATH' });
  remove = Option.Boolean('--remove', false, { description: 'Take it away again' });

  async execute(): Promise<number> {
    const { name, content } = completionProgram(process.platform);
    const listed = (this.context.env['PATH'] ?? '').split(delimiter);
    const folders = this.folder === undefined ? foldersFor({ path: listed.join(delimiter), home: this.context.home, program: process.platform === 'win32' ? 'kubectl-clrk.exe' : 'kubectl-clrk' }) : [resolvePath(this.folder, this.context)];
    if (this.remove) return this.takeAway(folders.map((folder) => join(folder, name)));
    const folder = this.folder === undefined ? folders.find(isWritable) : folders[0];
    if (folder === undefined) throw new UserError(folders.length === 0 ? 'kubectl-clrk is in no folder of PATH' : `${folders.join(' and ')} cannot be written to`, ['name a folder of PATH with --dir, e.g. --dir ~/.local/bin']);
    this.put(join(folder, name), folder, content);
    if (!listed.includes(folder)) this.warn(`${folder} is not in PATH, where kubectl looks for it`);
    this.context.stderr.write("it works where kubectl itself is completed: `kubectl completion --help` says how\n");
    return exitCodes.ok;
  }

  private put(file: string, folder: string, content: string): void {
    const there = contentOf(file);
    if (there === content) return this.print(`${file} unchanged`);
    if (there !== undefined && !isOurs(there)) throw new UserError(`${file} is there already and not ours`, ['move it away, or choose another folder with --dir']);
    mkdirSync(folder, { recursive: true });
    const aside = `${file}.${process.pid}`;
    try {
      writeFileSync(aside, content, { mode: 0o755 });
      renameSync(aside, file);
    } finally {
      rmSync(aside, { force: true });
    }
    this.print(`${file} ${there === undefined ? 'created' : 'configured'}`);
  }

  private takeAway(files: readonly string[]): number {
    const ours = files.filter((file) => isOurs(contentOf(file) ?? ''));
    if (ours.length === 0) throw new UserError('there is nothing to remove', ['`kubectl clrk completion install` writes kubectl_complete-clrk; --dir names the folder, where it was given']);
    for (const file of ours) {
      rmSync(file);
      this.print(`${file} deleted`);
    }
    return exitCodes.ok;
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
