// `kubectl clrk diff`: what apply would change, and nothing changed.
import { Option } from 'clipanion';
import { exitCodes } from '../exit.ts';
import { isTerminal } from '../format/colour.ts';
import type { Comparison } from '../manifests/compare.ts';
import type { Manifest } from '../manifests/read.ts';
import { ManifestCommand } from '../manifest-command.ts';

export class Diff extends ManifestCommand {
  static override paths = [['diff']];
  static override usage = {
    category: 'Objects',
    description: 'Show what apply would change',
    details: `
      Has the server apply every object without storing it, and shows how it would differ from what is there now, as a unified
      diff, or with the program that KUBECTL_EXTERNAL_DIFF names. The values of Secrets are hidden. What the files would make in
      a namespace or of a kind that they make themselves is shown as it is written.

      Ends with 0 where nothing differs, 1 where something does, and 2 where something went wrong.
    `,
    examples: [
      ['A folder of manifests', '$0 diff -f _examples/echo-bot/manifests'],
      ['What a kustomization builds to', '$0 diff -k overlays/production'],
      ['With another program', 'KUBECTL_EXTERNAL_DIFF="colordiff -N -u" $0 diff -f agent.yaml'],
    ] as [string, string][],
  };
  /** 1 is taken. */
  static readonly failureCode = exitCodes.trouble;

  force = Option.Boolean('--force-conflicts', false, { description: 'As if apply took over fields that somebody else set' });
  showManagedFields = Option.Boolean('--show-managed-fields', false, { description: 'Compare who set which field too' });
  protected readonly verb = 'diff';

  async execute(): Promise<number> {
    const { manifests, faults } = await this.readGiven();
    const [{ checkManifests }, { refuseFaults }] = await Promise.all([import('../manifests/check.ts'), import('../manifests/faults.ts')]);
    refuseFaults([...faults, ...checkManifests(manifests)], 'nothing was compared');
    const { comparisons, refused } = await this.compare(manifests);
    const differs = await this.show(comparisons);
    return refused > 0 ? exitCodes.trouble : differs ? exitCodes.different : exitCodes.ok;
  }

  private async compare(manifests: readonly Manifest[]): Promise<{ readonly comparisons: readonly Comparison[]; readonly refused: number }> {
    const [{ compareManifests }, { refusal }, { Progress }] = await Promise.all([import('../manifests/compare.ts'), import('../manifests/refusal.ts'), import('../format/progress.ts')]);
    const { kube, namespace } = await this.cluster();
    const { stderr, env } = this.context;
    const comparisons: Comparison[] = [];
    let refused = 0;
    const progress = new Progress({ stderr, env, now: () => `compared ${comparisons.length + refused} of ${manifests.length} objects` });
    try {
      for await (const result of compareManifests(kube, manifests, { namespace, force: this.force, showManagedFields: this.showManagedFields, onWarning: (text) => this.showWarning(text) })) {
        if (!('refused' in result)) comparisons.push(result);
        else if (++refused > 0) progress.write(stderr, refusal(result.manifest, result.refused));
      }
    } finally {
      progress.end();
      kube.close();
    }
    const asWritten = comparisons.filter((one) => one.asWritten).length;
    if (asWritten > 0) this.warn(`${asWritten} of ${manifests.length} objects are shown as they are written: the files make their namespace or their kind, which is not there yet`);
    return { comparisons, refused };
  }

  /** Whether anything differs. */
  private async show(comparisons: readonly Comparison[]): Promise<boolean> {
    const [{ sortedYaml }, { unifiedDiff }, { printable }] = await Promise.all([import('../format/objects.ts'), import('../format/unified-diff.ts'), import('../format/printable.ts')]);
    const texts = comparisons.map(({ name, before, after }) => ({ name, before: before === undefined ? '' : sortedYaml(before), after: sortedYaml(after) }));
    const external = this.context.env['KUBECTL_EXTERNAL_DIFF'];
    if (external) {
      const { externalDiff } = await import('../manifests/external-diff.ts');
      const { env, stdout, stderr } = this.context;
      return externalDiff(external, texts, { env, stdout, stderr, signal: this.context.interruption() });
    }
    const paint = this.paint('stdout');
    // What others stored must not move the cursor of whoever compares.
    const safe = isTerminal(this.context.stdout) ? (line: string) => printable(line, line.length) : (line: string) => line;
    let differs = false;
    for (const { name, before, after } of texts) {
      const [old, now] = [before, after].map((side) => side.split('\n').map(safe).join('\n')) as [string, string];
      const found = unifiedDiff({ name: `LIVE/${name}`, text: old }, { name: `MERGED/${name}`, text: now }, paint);
      if (found !== '') this.print(found);
      differs ||= found !== '';
    }
    return differs;
  }
}
