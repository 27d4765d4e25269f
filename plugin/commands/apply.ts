// `kubectl clrk apply`: checks manifests where they stand, then applies them.
import { Option } from 'clipanion';
import { isEnum } from 'typanion';
import type { Applied } from '../manifests/apply.ts';
import type { Manifest } from '../manifests/read.ts';
import { exitCodes } from '../exit.ts';
import { ManifestCommand } from '../manifest-command.ts';

export class Apply extends ManifestCommand {
  static override paths = [['apply']];
  static override usage = {
    category: 'Objects',
    description: 'Check manifests and apply them',
    details: `
      Reads YAML and JSON: files, folders (.yaml, .yml, .json), patterns in quotes, \`-\` for stdin, or with -k what a
      kustomization builds to. Every object of clrk.apoxy.dev is checked before anything is sent, and all mistakes are told at
      once with file, line and column. Then the objects go to the server by server-side apply, namespaces and definitions of
      kinds first. An object without a namespace goes to -n, else to the context's. Nothing is ever deleted.
    `,
    examples: [
      ['A folder of manifests', '$0 apply -f _examples/echo-bot/manifests'],
      ['Files by a pattern, in quotes so that no shell replaces it', "$0 apply -f 'manifests/**/*.yaml'"],
      ['What a kustomization builds to', '$0 apply -k overlays/production'],
      ['Only check, asking no server', '$0 apply -f agent.yaml --dry-run=client'],
      ['From a pipe', 'cat agent.yaml | $0 apply -f -'],
    ] as [string, string][],
  };

  dryRun = Option.String('--dry-run', 'none', { description: '`MODE`: client checks here and asks nobody, server has the server check and store nothing', validator: isEnum(['none', 'client', 'server'] as const) });
  force = Option.Boolean('--force-conflicts', false, { description: 'Take over fields that somebody else set' });
  protected readonly verb = 'apply';
  output = Option.String('-o,--output', { description: '`FORMAT` to print the objects in: name, json or yaml', validator: isEnum(['name', 'json', 'yaml'] as const) });

  async execute(): Promise<number> {
    const { manifests, faults } = await this.readGiven();
    const [{ checkManifests }, { refuseFaults }] = await Promise.all([import('../manifests/check.ts'), import('../manifests/faults.ts')]);
    refuseFaults([...faults, ...checkManifests(manifests)]);
    return this.dryRun === 'client' ? this.showChecked(manifests) : this.send(manifests);
  }

  private async showChecked(manifests: readonly Manifest[]): Promise<number> {
    const { inOrder, printedName } = await import('../manifests/apply.ts');
    if (this.output !== undefined) return this.printObjects(inOrder(manifests).map(({ object }) => object));
    for (const { object } of inOrder(manifests)) this.print(`${printedName(object)} checked (dry run)`);
    return exitCodes.ok;
  }

  private async send(manifests: readonly Manifest[]): Promise<number> {
    const [{ applyManifests, printedName }, { refusal }] = await Promise.all([import('../manifests/apply.ts'), import('../manifests/refusal.ts')]);
    const { kube, namespace } = await this.cluster();
    const results: Applied[] = [];
    try {
      for await (const result of applyManifests(kube, manifests, { namespace, force: this.force, dryRun: this.dryRun === 'server', onWarning: (text) => this.showWarning(text) })) {
        results.push(result);
        if (result.outcome === 'refused') this.context.stderr.write(refusal(result.manifest, result.error));
        else if (this.output === undefined) this.print(`${printedName(result.object)} ${result.outcome}${this.dryRun === 'server' ? ' (server dry run)' : ''}`);
      }
    } finally {
      kube.close();
    }
    if (this.output !== undefined) await this.printObjects(results.flatMap((result) => (result.outcome === 'refused' ? [] : [result.object])));
    return results.some(({ outcome }) => outcome === 'refused') ? exitCodes.failed : exitCodes.ok;
  }

  private async printObjects(objects: readonly Manifest['object'][]): Promise<number> {
    const { printObjects } = await import('../format/objects.ts');
    if (this.output !== undefined) this.print(printObjects(objects, this.output));
    return exitCodes.ok;
  }
}
