// Finds what Kubernetes publishes of a compiled-in kind: read from its text when it is first asked for.
import { at, text, type JsonObject } from '../json.ts';
import { parameters } from './parameters.ts';
import { published } from './published.ts';

const read = new Map<string, JsonObject>();

function parsed(name: string, json: string): JsonObject {
  const known = read.get(name);
  if (known) return known;
  const made = JSON.parse(json) as JsonObject;
  read.set(name, made);
  return made;
}

/** The schema in the dialect of OpenAPI v3; undefined: it is none of the compiled-in ones. Never changed by who gets it. */
export function publishedSchema(name: string): JsonObject | undefined {
  const json = Object.hasOwn(published, name) ? published[name] : undefined;
  return json === undefined ? undefined : parsed(name, json);
}

/** What is said of a field; the list of its values is added for schemas only. */
export const describedField = (name: string, field: string): string => text(at(publishedSchema(name), 'properties', field, 'description')).split('\n\nPossible enum values:')[0] ?? '';

export interface ParameterText {
  readonly type: string;
  readonly description: string;
}

export function publishedParameter(name: string): ParameterText {
  const json = parameters[name];
  if (json === undefined) throw new Error(`nothing is published of a parameter ${name}`);
  return parsed(`parameter ${name}`, json) as unknown as ParameterText;
}
