// Schemas that hold together, one of several, or not at all: and whose faults are told when they do not.
import { fieldError, type FieldError } from '../status.ts';
import { Findings } from './findings.ts';
import type { Schema } from './schema.ts';

type Check = (value: unknown, schema: Schema, path: string) => Findings;

/** Kubernetes names no field here: the message says which one it is. */
const fault = (path: string, detail: string): FieldError => fieldError.invalid('<nil>', '', `${JSON.stringify(path)} must ${detail}`);

/** Of several that failed, the one that held most. */
const best = (a: Findings | undefined, b: Findings): Findings => (!a || b.held > a.held ? b : a);

function any(value: unknown, schemas: readonly Schema[], path: string, check: Check): Findings {
  const found = new Findings();
  let closest: Findings | undefined;
  for (const schema of schemas) {
    const one = check(value, schema, path);
    if (one.valid) return one;
    closest = best(closest, one);
  }
  found.add(fault(path, 'validate at least one schema (anyOf)'));
  found.merge(closest);
  return found;
}

function one(value: unknown, schemas: readonly Schema[], path: string, check: Check): Findings {
  const all = schemas.map((schema) => check(value, schema, path));
  const valid = all.filter((each) => each.valid);
  if (valid.length === 1 && valid[0]) return valid[0];
  const found = new Findings();
  found.add(fault(path, `validate one and only one schema (oneOf). ${valid.length === 0 ? 'Found none valid' : `Found ${valid.length} valid alternatives`}`));
  if (valid.length === 0) found.merge(all.reduce<Findings | undefined>((closest, each) => best(closest, each), undefined));
  return found;
}

function every(value: unknown, schemas: readonly Schema[], path: string, check: Check): Findings {
  const found = new Findings();
  let valid = 0;
  for (const schema of schemas) {
    const each = check(value, schema, path);
    if (each.valid) valid++;
    found.merge(each);
  }
  if (valid < schemas.length) found.add(fault(path, `validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`));
  return found;
}

/** What a schema says by other schemas. */
export function combined(value: unknown, { anyOf = [], oneOf = [], allOf = [], not }: Schema, path: string, check: Check): Findings {
  const found = new Findings();
  if (anyOf.length > 0) found.merge(any(value, anyOf, path, check));
  if (oneOf.length > 0) found.merge(one(value, oneOf, path, check));
  if (allOf.length > 0) found.merge(every(value, allOf, path, check));
  if (not && check(value, not, path).valid) found.add(fault(path, 'not validate the schema (not)'));
  found.held++;
  return found;
}
