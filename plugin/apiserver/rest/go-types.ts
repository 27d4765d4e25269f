// Reads the objects of compiled-in kinds, and the metadata of all, as Go would read them into its structs: the same refusals, null for absent.
import { isObject, type JsonObject } from '../json.ts';
import { ToldPaths } from '../schema/told-paths.ts';
import { base64Fault, timeFault } from './go-values.ts';
import { definitionMessages } from './definition-messages.ts';
import { messages as wireMessages, type Field } from './protobuf-messages.ts';

const messages: { readonly [message: string]: { readonly [number: number]: Field } } = { ...wireMessages, ...definitionMessages };

/** Fields whose Go type has a name of its own. */
const named: { readonly [field: string]: string } = {
  'ObjectMeta.uid': 'types.UID', 'OwnerReference.uid': 'types.UID', 'ObjectReference.uid': 'types.UID', 'Preconditions.uid': 'types.UID', 'ManagedFieldsEntry.operation': 'v1.ManagedFieldsOperationType',
  'Secret.type': 'v1.SecretType', 'ServiceSpec.type': 'v1.ServiceType', 'ServicePort.protocol': 'v1.Protocol', 'EndpointPort.protocol': 'v1.Protocol', 'ServiceSpec.sessionAffinity': 'v1.ServiceAffinity',
  'NamespaceSpec.finalizers': 'v1.FinalizerName', 'NamespaceStatus.phase': 'v1.NamespacePhase', 'ServiceSpec.ipFamilies': 'v1.IPFamily', 'ServiceSpec.ipFamilyPolicy': 'v1.IPFamilyPolicy',
  'CustomResourceDefinitionSpec.scope': 'v1.ResourceScope', 'CustomResourceConversion.strategy': 'v1.ConversionStrategyType', 'DeleteOptions.propagationPolicy': 'v1.DeletionPropagation',
  'Condition.status': 'v1.ConditionStatus', 'NamespaceCondition.status': 'v1.ConditionStatus', 'NamespaceCondition.type': 'v1.NamespaceConditionType',
  'CustomResourceDefinitionCondition.status': 'v1.ConditionStatus', 'CustomResourceDefinitionCondition.type': 'v1.CustomResourceDefinitionConditionType',
};
const long = new Set(['generation', 'deletionGracePeriodSeconds', 'gracePeriodSeconds', 'maxLength', 'minLength', 'maxItems', 'minItems', 'maxProperties', 'minProperties', 'observedGeneration']);
const scalars: { readonly [type: string]: string } = { string: 'string', bool: 'bool', float: 'float64', bytes: '[]uint8', time: 'string', microtime: 'string', 'int-or-string': 'int32' };

interface Place {
  readonly struct: string;
  readonly path: string;
  readonly field: string;
}

/** The first fault, and what was not declared, in the order of the text. */
interface Walk {
  fault: string | undefined;
  readonly unknown: ToldPaths;
  /** Where a path of `unknown` starts. */
  readonly at: string;
}

/** The word of Go's JSON reader for what a value is. */
export const kindOfValue = (value: unknown): string => (Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value);

function goType(type: string, { struct, field }: Pick<Place, 'struct' | 'field'>): string {
  if (type.endsWith('[]')) return `[]${goType(type.slice(0, -2), { struct, field })}`;
  if (type.startsWith('map:')) return `map[string]${goType(type.slice(4), { struct, field })}`;
  const plain = type.replace('?', '');
  return named[`${struct}.${field}`] ?? (plain === 'int' ? (long.has(field) ? 'int64' : 'int32') : (scalars[plain] ?? `v1.${plain}`));
}

function mismatch(walk: Walk, value: unknown, type: string, place: Place): void {
  const into = place.field === '' ? `Go value of type ${goType(type, place)}` : `Go struct field ${place.struct}.${place.path} of type ${goType(type, place)}`;
  const wanted = type.replace('?', '');
  const exact = typeof value === 'number' && (wanted === 'int' || wanted === 'int-or-string') ? ` ${value}` : '';
  walk.fault ??= `json: cannot unmarshal ${kindOfValue(value)}${exact} into ${into}`;
}

function isWhole(value: unknown, field: string): boolean {
  if (!Number.isInteger(value)) return false;
  return long.has(field) || Math.abs(value as number + 0.5) <= 2 ** 31;
}

const fits: { readonly [type: string]: (value: unknown, field: string) => boolean } = {
  string: (value) => typeof value === 'string', bool: (value) => typeof value === 'boolean', int: isWhole, float: (value) => typeof value === 'number', bytes: (value) => typeof value === 'string',
  time: (value) => typeof value === 'string', microtime: (value) => typeof value === 'string', 'int-or-string': (value, field) => typeof value === 'string' || isWhole(value, field), json: () => true,
};

/** Answers the value as Go has it after reading; undefined leaves the field out. */
function read(value: unknown, type: string, place: Place, walk: Walk): unknown {
  if (value === null) return undefined;
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return mismatch(walk, value, type, place);
    return value.map((item, index) => read(item, type.slice(0, -2), place, inside(walk, `[${index}]`)) ?? zero(type.slice(0, -2)));
  }
  if (type.startsWith('map:')) {
    if (!isObject(value)) return mismatch(walk, value, type, place);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, read(one, type.slice(4), place, inside(walk, `.${key}`)) ?? zero(type.slice(4))]));
  }
  const plain = type.replace('?', '');
  const fit = fits[plain];
  if (!fit) return isObject(value) || plain.endsWith('OrBool') || plain.endsWith('OrArray') ? readStruct(value, plain, place, walk) : mismatch(walk, value, type, place);
  if (!fit(value, place.field)) return mismatch(walk, value, type, place);
  if (plain === 'bytes') walk.fault ??= base64Fault(value as string);
  if (plain === 'time' || plain === 'microtime') walk.fault ??= timeFault(value as string, plain === 'microtime');
  return value;
}

const zero = (type: string): unknown => (type === 'string' || type === 'bytes' ? '' : type === 'int' ? 0 : type === 'bool' ? false : type === 'json' ? null : {});

/** A walk one step further down that reports to the same list. */
function inside(walk: Walk, step: string): Walk {
  return {
    unknown: walk.unknown, at: `${walk.at}${walk.at === '' ? step.replace(/^\./, '') : step}`,
    get fault() { return walk.fault; },
    set fault(fault) { walk.fault = fault; },
  };
}

function readStruct(value: unknown, struct: string, place: Place, walk: Walk): unknown {
  // A schema's additionalProperties may be true, its items a list: told apart by what is there.
  const alone = struct.replace(/Or(Bool|Array)$/, '');
  if (!isObject(value)) {
    if (alone !== struct && (typeof value === 'boolean' || Array.isArray(value))) return value;
    return mismatch(walk, value, alone, place);
  }
  const fields = fieldsOf(alone);
  const made: JsonObject = {};
  for (const [key, one] of Object.entries(value)) {
    const type = fields.get(key);
    if (type === undefined) {
      walk.unknown.add(walk.at ? `${walk.at}.${key}` : key);
      continue;
    }
    const found = read(one, type, { struct: alone, path: place.path ? `${place.path}.${key}` : key, field: key }, inside(walk, `.${key}`));
    if (found !== undefined) made[key] = found;
  }
  return made;
}

const known = new Map<string, ReadonlyMap<string, string>>();
function fieldsOf(struct: string): ReadonlyMap<string, string> {
  let fields = known.get(struct);
  if (!fields) known.set(struct, (fields = new Map(Object.values(messages[struct] ?? {}))));
  return fields;
}

export const isGoType = (kind: string): boolean => messages[kind] !== undefined;

export interface Decoded {
  readonly value: JsonObject;
  /** Why Go could not read it. */
  readonly fault: string | undefined;
  /** Paths of fields that no struct has. */
  readonly unknown: readonly string[];
}

/** Reads an object of the struct's type. `at`: where it lies, for the paths of unknown fields. */
export function decodeStruct(value: unknown, struct: string, at = ''): Decoded {
  const walk: Walk = { fault: undefined, unknown: new ToldPaths(), at };
  const made = value === null ? {} : read(value, struct, { struct, path: '', field: '' }, walk);
  return { value: isObject(made) ? made : {}, fault: walk.fault, unknown: walk.unknown.all };
}
