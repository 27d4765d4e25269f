// What the commands that take manifests share: which files are meant, what does not go together, and reading them.
import { Option } from 'clipanion';
import { ClrkCommand } from './command.ts';
import { UserError } from './exit.ts';
import type { Manifests } from './manifests/read.ts';
import type { SourceText } from './manifests/source.ts';

/** Parent of apply, diff and validate. */
export abstract class ManifestCommand extends ClrkCommand {
  files = Option.Array('-f,--filename', [], { description: "`PATH` of a file or a folder, a pattern such as 'm/*.yaml', or - for stdin; may be repeated" });
  more = Option.Rest({ name: 'PATH' });
  kustomize = Option.String('-k,--kustomize', { description: 'Build the kustomization in `DIR` with kubectl, instead of -f' });
  recursive = Option.Boolean('-R,--recursive', false, { description: 'Folders below a folder too' });
  prune = Option.Boolean('--prune', false, { hidden: true });

  /** What the command does to objects, for its errors: nothing to `apply`. */
  protected abstract readonly verb: string;

  /** Every object that the flags name, and every fault of the texts. */
  protected async readGiven(): Promise<Manifests> {
    const paths = [...this.files, ...this.more];
    this.refuseFlags(paths);
    const { cwd, home, stdin } = this.context;
    const { readManifests, parseManifests } = await import('./manifests/read.ts');
    const given = this.kustomize === undefined ? await readManifests(paths, { stdin, cwd, home, recursive: this.recursive }) : parseManifests(await this.build(this.kustomize));
    if (given.manifests.length + given.faults.length === 0) throw nothingIn(this.kustomize === undefined ? paths : [this.kustomize]);
    return given;
  }

  /** It may fetch from afar, which takes its time. */
  private async build(folder: string): Promise<SourceText> {
    const { cwd, home, env, stderr, now } = this.context;
    const [{ buildKustomization }, { Progress }, { age }] = await Promise.all([import('./manifests/kustomize.ts'), import('./format/progress.ts'), import('./format/age.ts')]);
    const begun = now();
    const progress = new Progress({ stderr, env, now: () => `building ${folder} for ${age(begun, now())}` });
    return buildKustomization(folder, { cwd, home, env }).finally(() => progress.end());
  }

  private refuseFlags(paths: readonly string[]): void {
    if (this.prune) {
      throw new UserError(`${this.verb} has no --prune: it never deletes, so that a file that was moved or left out costs nothing`, [
        'delete what you no longer want by name: kubectl delete KIND NAME, or kubectl delete -f OLD_FILE',
        '`kubectl apply --prune -l LABEL` deletes what carries a label and is in no file',
      ]);
    }
    if (paths.length === 0 && this.kustomize === undefined) throw new UserError(`nothing to ${this.verb}`, [`name a file or a folder: kubectl clrk ${this.verb} -f FILE`]);
    if (this.kustomize === undefined) return;
    if (paths.length > 0) throw new UserError(`-k ${this.kustomize} and ${paths.join(', ')} are two sources, and one is taken`, ['give either -f or -k']);
    if (this.recursive) throw new UserError('-R reads folders below a folder, and -k builds what its kustomization names', ['leave -R out']);
  }
}

function nothingIn(paths: readonly string[]): UserError {
  const files = paths.filter((path) => path !== '-');
  const places = [...(files.length > 0 ? [`in ${files.join(', ')}`] : []), ...(files.length < paths.length ? ['on stdin'] : [])];
  return new UserError(`no objects ${places.join(' and ')}`, [`${files.length > 0 ? 'the files are' : 'it is'} empty or hold${files.length > 0 ? '' : 's'} only comments`]);
}
