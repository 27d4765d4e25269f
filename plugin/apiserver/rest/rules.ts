// What is wrong with a custom resource: its shape first, then its CEL rules; what an update leaves alone is let through as it is.
import { validatorOf } from '../../cel/rules/validator.ts';
import { violations, type Violations } from '../../cel/rules/validate.ts';
import type { KubeObject } from '../json.ts';
import { Correlated } from '../schema/correlated.ts';
import { embeddedErrors } from '../schema/embedded.ts';
import { listErrors } from '../schema/lists.ts';
import type { Schema } from '../schema/schema.ts';
import { validate } from '../schema/validate.ts';
import type { FieldError } from '../status.ts';

export interface Written {
  readonly object: KubeObject;
  readonly live: KubeObject | undefined;
  readonly schema: Schema;
  /** Only the status is written: only its shape is looked at. */
  readonly onStatus: boolean;
}

/** Faults that rules would stumble over: they run only where there is none of these. */
const blocking = new Set<FieldError['reason']>(['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid']);
const unchecked: FieldError = {
  field: '<nil>', reason: 'FieldValueInvalid',
  message: 'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

function shapeErrors({ object, schema, onStatus }: Written, update: Correlated | undefined): readonly FieldError[] {
  if (!onStatus) return validate(object, schema, '', update);
  const status = schema.properties?.['status'];
  if (!status || object['status'] === undefined) return [];
  // A real server validates the status as an object of its own and puts its name before each field afterwards.
  return validate(object['status'], status, '', update?.field('status')).map((error) => ({ ...error, field: error.field && error.field !== '<nil>' ? `status.${error.field}` : 'status' }));
}

/** All faults, with what is wrong beside the schema before and after its own, and the warnings about what is let through. */
export function customFaults(written: Written, before: readonly FieldError[], after: readonly FieldError[]): Violations {
  const { object, live, schema } = written;
  // Nothing is known of the metadata here: rules at the root see every change.
  const update = live && new Correlated(object, live, { ...schema, properties: { ...schema.properties, metadata: { type: 'object' } } });
  const lists = live && listErrors(live, schema).length > 0 ? [] : listErrors(object, schema);
  const faults = [...before, ...shapeErrors(written, update), ...after, ...embeddedErrors(object, schema), ...lists];
  if (!validatorOf(schema)) return { errors: faults, warnings: [] };
  if (faults.some(({ reason }) => blocking.has(reason))) return { errors: [...faults, unchecked], warnings: [] };
  const { errors, warnings } = violations(schema, object, update && { before: live, correlated: update });
  return { errors: [...faults, ...errors], warnings };
}
