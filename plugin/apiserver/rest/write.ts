// Creates and replaces objects: POST and PUT.
import { invalid, notFound } from '../status.ts';
import { checkFields, decodeObject } from './admission.ts';
import { readObject } from './body.ts';
import type { Answer, Call } from './call.ts';
import { change, create, targetOf } from './change.ts';
import { writeOptions } from './options.ts';
import { liveObject } from './read.ts';

export async function post(call: Call): Promise<Answer> {
  const options = writeOptions(call.query);
  const { value, duplicates, unknown } = await readObject(call.request, call.resource);
  const object = decodeObject(value, targetOf(call));
  const warnings = checkFields(object, { duplicates, unknown }, call.resource, options);
  return create(call, { object, warnings }, options);
}

export async function put(call: Call): Promise<Answer> {
  const options = writeOptions(call.query);
  const { value, duplicates, unknown } = await readObject(call.request, call.resource);
  const object = decodeObject(value, targetOf(call));
  const warnings = checkFields(object, { duplicates, unknown }, call.resource, options);
  const live = liveObject(call);
  if (live && !call.resource.rules.typed && !object.metadata.resourceVersion) {
    throw invalid(call.resource, call.name ?? '', [{ field: 'metadata.resourceVersion', reason: 'FieldValueInvalid', message: 'Invalid value: 0x0: must be specified for an update' }]);
  }
  if (live) return change(call, live, { object, warnings }, options);
  if (!call.resource.rules.createsOnUpdate || call.subresource) throw notFound(call.resource, call.name ?? '');
  return create(call, { object, warnings }, options);
}
