// What the commands that show objects of the cluster share: the flags of `kubectl get`, and watching.
import { Option } from 'clipanion';
import { once } from 'node:events';
import type { Kube, KubeObject, Resource, Scope } from '../operator/kube/kube.ts';
import { ClrkCommand } from './command.ts';
import { explain } from './exit.ts';
import { isOutput, objectFormats, readOutput, type Output } from './output/format.ts';
import type { ObjectPrinter, ObjectTable } from './output/printer.ts';

/** Parent of the commands that show one object. */
export abstract class ReadCommand extends ClrkCommand {
  output = Option.String('-o,--output', { description: '`FORMAT`: json, yaml, wide, name, jsonpath=TEMPLATE, jsonpath-as-json=, jsonpath-file=, custom-columns=SPEC or custom-columns-file=', validator: isOutput(objectFormats) });
  noHeaders = Option.Boolean('--no-headers', false, { description: 'Tables without their heading' });
  showManagedFields = Option.Boolean('--show-managed-fields', false, { description: 'In json and yaml, who set which field too' });
  watch = Option.Boolean('-w,--watch', false, { description: 'Then go on with every change, until Ctrl-C' });

  protected readOutput(): Promise<Output> {
    return readOutput(this.output, this.context);
  }

  protected async printer(output: Output, table: ObjectTable): Promise<ObjectPrinter> {
    const { ObjectPrinter: Printer } = await import('./output/printer.ts');
    return new Printer({ output, table, noHeaders: this.noHeaders, showManagedFields: this.showManagedFields });
  }

  /** Before the first line is printed: whoever waits for one may press Ctrl-C in the same moment. */
  protected beginWatch(): void {
    if (this.watch) this.context.interruption();
  }

  /** Every change from a version on; ends only as Ctrl-C or the cluster end it. */
  protected async printChanges(kube: Kube, resource: Resource, scope: Scope & { readonly resourceVersion: string }, printer: Pick<ObjectPrinter, 'one'>): Promise<void> {
    const signal = this.context.interruption();
    const onRetry = (error: unknown): void => this.warn(`the watch was interrupted and goes on: ${explain(error).message}`);
    for await (const event of kube.watch(resource, { ...scope, signal, onRetry })) {
      if (event.type !== 'SYNCED') await this.write(printer.one(event.object), signal);
    }
    signal.throwIfAborted();
  }

  /** As it is, without a line end of its own: a template may want none. */
  protected async write(text: string, signal?: AbortSignal): Promise<void> {
    const { stdout } = this.context;
    if (text === '' || stdout.write(text)) return;
    await once(stdout, 'drain', signal === undefined ? {} : { signal });
  }
}

interface Shown {
  readonly output: Output;
  readonly table: ObjectTable;
  /** What there is none of, where there is none. */
  readonly what: string;
  /** What may be seen of an object. */
  readonly seen?: (object: KubeObject) => KubeObject;
}

/** Parent of the commands that list. */
export abstract class ListCommand extends ReadCommand {
  allNamespaces = Option.Boolean('-A,--all-namespaces', false, { description: 'Of all namespaces' });
  selector = Option.String('-l,--selector', { description: 'Only those whose labels fit the `SELECTOR`, e.g. app=a,tier!=b' });
  sortBy = Option.String('--sort-by', { description: 'In the order of what the JSONPath (`PATH`) finds, e.g. .metadata.creationTimestamp' });

  protected scope(namespace: string): Scope {
    return { ...(this.allNamespaces ? {} : { namespace }), ...(this.selector === undefined ? {} : { labelSelector: this.selector }) };
  }

  /** By namespace and name, unless --sort-by says otherwise. */
  protected async inOrder(objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
    const natural = objects.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
    return this.sortBy === undefined ? natural : (await import('./output/sort.ts')).sortBy(natural, this.sortBy);
  }

  /** A list, and then what changes in it. */
  protected async show(kube: Kube, resource: Resource, namespace: string, { output, table, what, seen = (object) => object }: Shown): Promise<void> {
    const scope = this.scope(namespace);
    const { items, resourceVersion } = await kube.list(resource, scope);
    const printer = await this.printer(output, table);
    const objects = (await this.inOrder(items)).map(seen);
    this.beginWatch();
    const rows = output.kind === 'table' || output.kind === 'columns' || output.kind === 'name';
    if (this.watch && !rows) for (const object of objects) await this.write(printer.one(object));
    else if (objects.length > 0 || !rows) await this.write(printer.list(objects));
    // As kubectl: no rows are news for a person, and nothing for the program behind the pipe.
    else if (output.kind !== 'name' && !this.watch) this.context.stderr.write(`No ${what} found${this.allNamespaces ? '' : ` in namespace "${namespace}"`}.\n`);
    if (this.watch) await this.printChanges(kube, resource, { ...scope, resourceVersion }, { one: (object) => printer.one(seen(object)) });
  }
}

const order = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}\u0000${metadata.name}`;
