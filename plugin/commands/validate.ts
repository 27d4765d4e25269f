// `kubectl clrk validate`: checks manifests without any cluster, for people and for pipelines.
import { Option } from 'clipanion';
import { isEnum } from 'typanion';
import { exitCodes } from '../exit.ts';
import { ManifestCommand } from '../manifest-command.ts';

export class Validate extends ManifestCommand {
  static override paths = [['validate']];
  static override usage = {
    category: 'Objects',
    description: 'Check manifests without a cluster',
    details: `
      Checks what apply checks before it sends anything: the texts, every field of every object of clrk.apoxy.dev, the rules
      that span fields, and objects that stand twice. On top of that it checks the shape of Kubernetes' own kinds that need no server,
      and warns of references that lead out of the files. Objects of other kinds are counted as not checked.

      Ends with 0 where there is no error, warnings or not, else with 1. The codes in -o json keep their meaning.
    `,
    examples: [
      ['A folder of manifests', '$0 validate -f _examples/echo-bot/manifests'],
      ['In a pipeline, what a kustomization builds to', '$0 validate -k overlays/production -o json'],
      ['From a pipe', 'helm template . | $0 validate -f -'],
    ] as [string, string][],
  };

  output = Option.String('-o,--output', 'text', { description: '`FORMAT`: text or json', validator: isEnum(['text', 'json'] as const) });
  protected readonly verb = 'validate';

  async execute(): Promise<number> {
    const given = await this.readGiven();
    const { judge, verdictJson, verdictText } = await import('../manifests/verdict.ts');
    const verdict = judge(given, this.namespace);
    this.print(this.output === 'json' ? verdictJson(verdict) : verdictText(verdict, this.paint('stdout')));
    return verdict.valid ? exitCodes.ok : exitCodes.failed;
  }
}
