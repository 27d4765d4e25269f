// What every command shares: the global flags, and the way to the cluster that they name.
import { Command, Option } from 'clipanion';
import { isEnum } from 'typanion';
import { openCluster, stateFolder, type Cluster } from './cluster.ts';
import type { PluginContext } from './context.ts';
import { coloured, colourModes, painter, type Paint } from './format/colour.ts';
import { printable } from './format/printable.ts';
import { localKubeconfig } from './kubeconfig.ts';

/** The flags of {@link ClrkCommand}: they may also stand before the command, and help lists them apart. */
export const globalFlags: readonly { readonly names: readonly string[]; readonly takesValue: boolean }[] = [
  { names: ['--kubeconfig'], takesValue: true },
  { names: ['--context'], takesValue: true },
  { names: ['-n', '--namespace'], takesValue: true },
  { names: ['--local'], takesValue: false },
  { names: ['--clrk-dir'], takesValue: true },
  { names: ['--log-level'], takesValue: true },
  { names: ['--color'], takesValue: true },
];

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Parent of all commands. A command overrides `execute`, throws what goes wrong, and imports its heavy parts in there. */
export abstract class ClrkCommand extends Command<PluginContext> {
  kubeconfig = Option.String('--kubeconfig', { description: 'The kubeconfig `FILE`; else $KUBECONFIG, else ~/.kube/config' });
  contextName = Option.String('--context', { description: 'The context of the kubeconfig; else its current one' });
  namespace = Option.String('-n,--namespace', { description: "The namespace; else the context's, else default" });
  local = Option.Boolean('--local', false, { description: 'Use the running dev session' });
  clrkDir = Option.String('--clrk-dir', { description: 'The `DIR` where dev keeps its state; else ~/.clrk' });
  logLevel = Option.String('--log-level', 'info', { description: 'The `LEVEL`: debug, info, warn or error', validator: isEnum(logLevels) });
  colour = Option.String('--color', 'auto', { description: 'Colours: `WHEN` is auto (on a terminal, without NO_COLOR), always or never', validator: isEnum(colourModes) });

  /** The state folder, absolute. */
  protected get stateDir(): string {
    return stateFolder(this, this.context);
  }

  /** What leads a further command to the same cluster, ours or kubectl's. */
  protected get clusterFlags(): { readonly clrk: string; readonly kubectl: string } {
    const given = [...(this.kubeconfig === undefined ? [] : [` --kubeconfig ${this.kubeconfig}`]), ...(this.contextName === undefined ? [] : [` --context ${this.contextName}`])].join('');
    if (!this.local || this.kubeconfig !== undefined) return { clrk: given, kubectl: given };
    const place = this.clrkDir === undefined ? '' : ` --clrk-dir ${this.clrkDir}`;
    return { clrk: ` --local${place}${given}`, kubectl: ` --kubeconfig ${localKubeconfig(this.stateDir)}${given}` };
  }

  /** Connects to the cluster that the global flags name. The client is loaded here and not before. */
  protected cluster(): Promise<Cluster> {
    return openCluster(this, this.context);
  }

  /** Paints for stdout or stderr. */
  protected paint(stream: 'stdout' | 'stderr'): Paint {
    return painter(coloured(this.colour, this.context[stream], this.context.env));
  }

  protected print(text: string): void {
    this.context.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** A warning of the server, as kubectl prints it. */
  protected showWarning(text: string): void {
    this.context.stderr.write(`${this.paint('stderr')('warning', 'Warning:')} ${printable(text)}\n`);
  }

  protected warn(text: string): void {
    this.context.stderr.write(`warning: ${printable(text)}\n`);
  }
}
