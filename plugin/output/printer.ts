// Objects and other answers in the form that -o asks for, at once or one by one as a watch brings them.
import type { KubeObject } from '../../operator/api/object.ts';
import { UserError } from '../exit.ts';
import { evaluate } from '../jsonpath/evaluate.ts';
import { JsonPathError, type Template } from '../jsonpath/parse.ts';
import { columnCells, Rows } from './columns.ts';
import type { Output } from './format.ts';
import { goJson, goText } from './go-text.ts';
import { goYaml } from './yaml.ts';

/** How a person is shown the objects. */
export interface ObjectTable {
  /** Stands alone above the heading. */
  readonly title?: string;
  readonly heading: readonly string[];
  row(object: KubeObject): readonly string[];
}

export interface PrintStyle {
  readonly output: Output;
  readonly table: ObjectTable;
  readonly noHeaders: boolean;
  readonly showManagedFields: boolean;
}

export class ObjectPrinter {
  readonly #style: PrintStyle;
  readonly #rows = new Rows();
  #printed = 0;

  constructor(style: PrintStyle) {
    this.#style = style;
  }

  /** However many there are, they are a list. */
  list(objects: readonly KubeObject[]): string {
    const { output } = this.#style;
    const whole = (items: readonly KubeObject[]): object => ({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } });
    if (output.kind === 'json' || output.kind === 'yaml') return this.#value(whole(objects.map((object) => this.#shown(object))));
    if (output.kind === 'jsonpath') return byTemplate(output, whole(objects));
    return this.#lines(objects);
  }

  /** One object; further ones come behind it. */
  one(object: KubeObject): string {
    const { output } = this.#style;
    if (output.kind === 'json' || output.kind === 'yaml') return this.#value(this.#shown(object));
    if (output.kind === 'jsonpath') return byTemplate(output, object);
    return this.#lines([object]);
  }

  #value(value: object): string {
    this.#printed += 1;
    if (this.#style.output.kind === 'json') return `${goJson(value, 4)}\n`;
    return `${this.#printed > 1 ? '---\n' : ''}${goYaml(value)}`;
  }

  #lines(objects: readonly KubeObject[]): string {
    const { output, table, noHeaders } = this.#style;
    if (output.kind === 'name') return objects.map((object) => `${fullName(object)}\n`).join('');
    const headed = this.#printed === 0 && !noHeaders;
    this.#printed += 1;
    if (output.kind === 'columns') return this.#rows.lines([...(headed ? [output.columns.map(({ heading }) => heading)] : []), ...objects.map((object) => columnCells(output.columns, object))]);
    const cells = objects.map((object) => table.row(object).map((cell) => cell || '-'));
    const lines = this.#rows.lines([...(headed ? [table.heading] : []), ...cells]).replaceAll(/ +$/gm, '');
    return `${headed && table.title !== undefined ? `${table.title}\n` : ''}${lines}`;
  }

  /** As kubectl does unless asked: the list of who wrote what is longer than the object. */
  #shown(object: KubeObject): KubeObject {
    if (this.#style.showManagedFields) return object;
    const { managedFields: _managedFields, ...metadata } = object.metadata;
    return { ...object, metadata };
  }
}

/** `daemonagent.clrk.apoxy.dev/echo-bot` */
export const fullName = ({ apiVersion, kind, metadata }: KubeObject): string => `${kind.toLowerCase()}${apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : ''}/${metadata.name}`;

/** An answer that is no object; undefined where no format was asked for, so that a person is told in words. */
export function printedValue(value: object, output: Output): string | undefined {
  if (output.kind === 'json') return `${goJson(value, 4)}\n`;
  if (output.kind === 'yaml') return goYaml(value);
  return output.kind === 'jsonpath' ? byTemplate(output, value) : undefined;
}

function byTemplate({ template, asJson }: { readonly template: Template; readonly asJson: boolean }, value: unknown): string {
  try {
    const found = evaluate(template, value);
    return found.map((results) => (asJson ? `${goJson(results, 4)}\n` : results.map(asText).join(' '))).join('');
  } catch (error) {
    throw error instanceof JsonPathError ? new UserError(`the JSONPath of -o cannot be followed: ${error.message}`, ['-o json shows what there is']) : error;
  }
}

const asText = (value: unknown): string => (value === null || value === undefined ? (value === null ? 'null' : '') : typeof value === 'object' ? goJson(value) : goText(value));
