// The language of structural schemas, and how a value's children get theirs.
import { isObject } from '../json.ts';

export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-validations'?: readonly unknown[];
}

/** The same place in the object before an update. */
export interface Earlier {
  readonly unchanged: boolean;
  field(name: string): Earlier | undefined;
  item(index: number): Earlier | undefined;
}

/** A value without a schema: kept as it is, its owner deduced from its shape. */
export const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

/** The schema of a field; undefined when the object declares no such field. */
export function fieldSchema(schema: Schema, key: string): Schema | undefined {
  const declared = schema.properties;
  if (declared && Object.hasOwn(declared, key)) return declared[key];
  const others = schema.additionalProperties;
  if (isObject(others)) return others as Schema;
  if (others === true || schema['x-kubernetes-preserve-unknown-fields']) return anything;
  return undefined;
}

/** True for maps whose keys are data (labels), false for objects with declared fields. */
export const isDeclared = (schema: Schema, key: string): boolean => schema.properties !== undefined && Object.hasOwn(schema.properties, key);

export const itemSchema = (schema: Schema): Schema => schema.items ?? anything;
