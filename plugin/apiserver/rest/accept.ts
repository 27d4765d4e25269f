// Reads the Accept header: which form of an object the client wants, and in which writing.
import type { IncomingMessage } from 'node:http';
import type { Resource } from '../resource.ts';
import { ApiError } from '../status.ts';

export interface Wanted {
  readonly form: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** Of meta.k8s.io, for all forms but the object itself. */
  readonly version: 'v1' | 'v1beta1';
  readonly writing: 'json' | 'yaml';
  readonly stream: boolean;
}

/** Clauses of one header; a client that sends more is not served by the rest of them. */
const mostClauses = 32;
const protobuf = 'application/vnd.kubernetes.protobuf';
const produced = ['application/json', 'application/yaml', protobuf];
const forms = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'] as const;

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

function clauses(header: string): readonly Clause[] {
  const read = header.slice(0, 8192).split(',').slice(0, mostClauses).map((one): Clause => {
    const [type = '', ...rest] = one.split(';').map((part) => part.trim());
    const parameters = new Map(rest.map((part) => [part.split('=')[0]?.trim() ?? '', part.slice(part.indexOf('=') + 1).trim()] as const));
    const quality = Number(parameters.get('q') ?? 1);
    parameters.delete('q');
    return { type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 1 };
  });
  const vague = ({ type }: Clause): number => (type === '*/*' ? 2 : type.endsWith('/*') ? 1 : 0);
  return read.toSorted((a, b) => b.quality - a.quality || vague(a) - vague(b));
}

function wantedBy({ type, parameters }: Clause, writing: 'json' | 'yaml'): Wanted | undefined {
  if (type !== `application/${writing}` && type !== 'application/*' && type !== '*/*') return undefined;
  const stream = parameters.get('stream');
  if (stream && (stream !== 'watch' || writing === 'yaml')) return undefined;
  const plain = { writing, stream: stream === 'watch' };
  if (!['as', 'g', 'v'].some((name) => parameters.has(name))) return { form: 'object', version: 'v1', ...plain };
  const form = forms.find((one) => one === parameters.get('as'));
  const version = parameters.get('v');
  if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1') || !form) return undefined;
  return { form, version, ...plain };
}

const refused = (message: string, details?: object): ApiError => new ApiError(406, 'NotAcceptable', message, details);

const kept = new WeakMap<IncomingMessage, Wanted>();

/** Throws a 406 in the words of Kubernetes, which has two: the paths of compiled-in kinds are matched before their handlers. */
export function wanted(request: IncomingMessage, { rules }: Pick<Resource, 'rules'>, collection = false): Wanted {
  const known = kept.get(request);
  if (known) return known;
  const found = read(request, rules.typed === true, collection);
  kept.set(request, found);
  return found;
}

function read({ headers }: IncomingMessage, typed: boolean, collection: boolean): Wanted {
  const header = headers.accept?.trim() ?? '';
  if (header === '') return { form: 'object', version: 'v1', writing: 'json', stream: false };
  const all = clauses(header);
  if (typed && !all.some(({ type }) => type === '*/*' || produced.includes(type))) {
    const streams = collection ? [`application/json;stream=watch`, `${protobuf};stream=watch`] : [];
    throw refused(`406: Not Acceptable\n\nAvailable representations: ${[...produced, ...streams].join(', ')}`, {});
  }
  for (const clause of all) {
    const found = wantedBy(clause, 'json') ?? wantedBy(clause, 'yaml');
    if (found) return found;
  }
  throw refused(`only the following media types are accepted: ${produced.join(', ')}`);
}

const goPackages: { readonly [group: string]: string } = { '': 'core', 'coordination.k8s.io': 'coordination', 'apiextensions.k8s.io': 'apiextensions' };

/** The form does not fit what was found: Kubernetes names the type of its own program. */
export function misfit(form: string, { group, kind, rules }: Resource, isList: boolean): ApiError {
  const type = rules.typed ? `*${goPackages[group] ?? group}.${kind}${isList ? 'List' : ''}` : `*unstructured.Unstructured${isList ? 'List' : ''}`;
  return refused(`you requested ${form}, but the requested object is ${isList ? '' : 'not '}a list (${type})`);
}
