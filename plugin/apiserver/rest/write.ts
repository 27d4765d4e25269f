// Creates and replaces objects: POST and PUT.
import { at } from '../json.ts';
import { ApiError, badRequest, notFound } from '../status.ts';
import { checkFields, checkPreconditions, decodeObject } from './admission.ts';
import { readObject } from './body.ts';
import type { Answer, Call } from './call.ts';
import { change, create, targetOf } from './change.ts';
import { writeOptions } from './options.ts';
import { liveObject } from './read.ts';

export async function post(call: Call): Promise<Answer> {
  const options = writeOptions(call.query, 'CreateOptions');
  const { value, said, unknown } = await readObject(call.request, call.resource);
  const object = decodeObject(value, targetOf(call));
  const warnings = checkFields(object, { said, unknown }, call.resource, options);
  return warned(warnings, () => create(call, { object, warnings }, options));
}

export async function put(call: Call): Promise<Answer> {
  const options = writeOptions(call.query, 'UpdateOptions');
  const { value, said, unknown } = await readObject(call.request, call.resource);
  if (!at(value, 'metadata', 'name')) throw badRequest(`the name of the object (${call.name} based on URL) was undeterminable: name must be provided`);
  const target = targetOf(call);
  const object = decodeObject(value, target);
  const warnings = checkFields(object, { said, unknown }, call.resource, options);
  const live = liveObject(call);
  if (live) return warned(warnings, () => change(call, live, { object, warnings }, options));
  if (!call.resource.rules.createsOnUpdate || call.subresource) throw notFound(call.resource, call.name ?? '');
  checkPreconditions(object, undefined, target);
  return warned(warnings, () => create(call, { object, warnings }, options));
}

/** What was wrong with the fields is told beside a refusal too. */
async function warned(warnings: readonly string[], answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof ApiError) error.warnings = [...warnings, ...error.warnings];
    throw error;
  }
}
