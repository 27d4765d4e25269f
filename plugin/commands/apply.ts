// `kubectl clrk apply`: checks manifests where they stand, applies them, and waits until they are in effect where that is asked.
import { Option } from 'clipanion';
import { isEnum } from 'typanion';
import type { Kube } from '../../operator/kube/kube.ts';
import { exitCodes, Interrupted, UserError } from '../exit.ts';
import { waitMs } from '../go-duration.ts';
import { ManifestCommand } from '../manifest-command.ts';
import type { Applied } from '../manifests/apply.ts';
import type { Manifest } from '../manifests/read.ts';
import type { Awaited } from '../manifests/wait.ts';

const usualTimeout = '5m';

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

      With --wait it ends with 0 once everything is in effect: agents run, gateways, routes, policies and pools say so in
      their conditions, definitions of kinds are established, namespaces are active. It ends with 124 when that takes longer than
      --timeout, and tells what is in the way of each object.
    `,
    examples: [
      ['A folder of manifests', '$0 apply -f _examples/echo-bot/manifests'],
      ['Until the agent runs', '$0 apply -f _examples/echo-bot/manifests --wait --timeout 2m'],
      ['Files by a pattern, in quotes so that no shell replaces it', "$0 apply -f 'manifests/**/*.yaml'"],
      ['What a kustomization builds to', '$0 apply -k overlays/production'],
      ['Only check, asking no server', '$0 apply -f agent.yaml --dry-run=client'],
      ['From a pipe', 'cat agent.yaml | $0 apply -f -'],
    ] as [string, string][],
  };

  dryRun = Option.String('--dry-run', 'none', { description: '`MODE`: client checks here and asks nobody, server has the server check and store nothing', validator: isEnum(['none', 'client', 'server'] as const) });
  force = Option.Boolean('--force-conflicts', false, { description: 'Take over fields that somebody else set' });
  wait = Option.Boolean('--wait', false, { description: 'Wait until everything is in effect' });
  timeout = Option.String('--timeout', { description: `The \`DURATION\` that --wait waits, e.g. 90s; else ${usualTimeout}. 0 looks once` });
  output = Option.String('-o,--output', { description: '`FORMAT` to print the objects in: name, json or yaml', validator: isEnum(['name', 'json', 'yaml'] as const) });
  protected readonly verb = 'apply';

  async execute(): Promise<number> {
    const timeoutMs = this.timeoutMs();
    const { manifests, faults } = await this.readGiven();
    const [{ checkManifests }, { refuseFaults }] = await Promise.all([import('../manifests/check.ts'), import('../manifests/faults.ts')]);
    refuseFaults([...faults, ...checkManifests(manifests)]);
    if (this.dryRun === 'client') return this.showChecked(manifests);
    const { kube, namespace } = await this.cluster();
    try {
      const results = await this.send(kube, manifests, namespace);
      const applied = results.filter((result) => 'object' in result);
      if (this.output !== undefined) await this.printObjects(applied.map(({ object }) => object));
      if (results.some(({ outcome }) => outcome === 'refused')) return this.notAll(results);
      if (timeoutMs !== undefined) await this.awaitEffect(kube, applied, timeoutMs);
    } finally {
      kube.close();
    }
    return exitCodes.ok;
  }

  private timeoutMs(): number | undefined {
    if (!this.wait) {
      if (this.timeout !== undefined) throw new UserError('--timeout says how long to wait, and nothing is waited for', ['add --wait']);
      return undefined;
    }
    if (this.dryRun !== 'none') throw new UserError(`--wait waits for what is stored, and --dry-run=${this.dryRun} stores nothing`, ['leave one of the two out']);
    return waitMs('--timeout', this.timeout ?? usualTimeout);
  }

  private async showChecked(manifests: readonly Manifest[]): Promise<number> {
    const { inOrder, printedName } = await import('../manifests/apply.ts');
    if (this.output !== undefined) return this.printObjects(inOrder(manifests).map(({ object }) => object));
    for (const { object } of inOrder(manifests)) this.print(`${printedName(object)} checked (dry run)`);
    return exitCodes.ok;
  }

  private async send(kube: Kube, manifests: readonly Manifest[], namespace: string): Promise<readonly Applied[]> {
    const [{ applyManifests, printedName }, { refusal }] = await Promise.all([import('../manifests/apply.ts'), import('../manifests/refusal.ts')]);
    const results: Applied[] = [];
    const dryRun = this.dryRun === 'server';
    for await (const result of applyManifests(kube, manifests, { namespace, force: this.force, dryRun, onWarning: (text) => this.showWarning(text) })) {
      results.push(result);
      if (result.outcome === 'refused') this.context.stderr.write(refusal(result.manifest, result.error));
      else if (result.outcome === 'not checked') this.warn(`${printedName(result.manifest.object)} is not checked: the files make its namespace or its kind, which a dry run does not`);
      else if (this.output === undefined) this.print(`${printedName(result.object)} ${result.outcome}${dryRun ? ' (server dry run)' : ''}`);
    }
    return results;
  }

  private notAll(results: readonly Applied[]): number {
    const refused = results.filter(({ outcome }) => outcome === 'refused').length;
    if (this.wait) this.context.stderr.write(`${refused} of ${results.length} objects were refused, so nothing is waited for\n`);
    return exitCodes.failed;
  }

  private async awaitEffect(kube: Kube, applied: readonly Awaited[], timeoutMs: number): Promise<void> {
    const [{ Wait, awaited }, { WaitReport, unmet }] = await Promise.all([import('../manifests/wait.ts'), import('../manifests/wait-report.ts')]);
    const { stderr, stdout, env, now } = this.context;
    const total = awaited(applied).length;
    const report = new WaitReport({ stderr, results: this.output === undefined ? stdout : stderr, env, paint: this.paint('stderr'), now, total });
    const limit = AbortSignal.timeout(timeoutMs);
    const { onObstacle, onReady, onRetry } = report;
    const wait = new Wait(kube, { signal: AbortSignal.any([this.context.interruption(), limit]), onObstacle, onReady, onRetry });
    const ended = await wait.until(applied).then(() => undefined, (error: unknown) => error).finally(() => report.end());
    if (ended instanceof Interrupted) stderr.write(`interrupted: the objects are applied, ${wait.pending.size} of ${total} not in effect yet\n`);
    if (ended !== undefined && ended !== limit.reason) throw ended;
    if (wait.pending.size > 0) throw unmet(wait.pending, { total, limit: limit.aborted ? (this.timeout ?? usualTimeout) : undefined, flags: this.clusterFlags });
  }

  private async printObjects(objects: readonly Manifest['object'][]): Promise<number> {
    const { printObjects } = await import('../format/objects.ts');
    if (this.output !== undefined) this.print(printObjects(objects, this.output));
    return exitCodes.ok;
  }
}
