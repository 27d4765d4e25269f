// Made-up values: JSON of every shape, objects that are nearly right, and the words of selectors, paths and headers.
import fc from 'fast-check';

/** Words that mean something to the server somewhere. */
const loaded = fc.constantFrom('', 'a', 'metadata', 'spec', 'status', 'name', 'namespace', 'f:metadata', 'k:{"name":"a"}', '$patch', 'replace', 'delete', '$retainKeys', '$setElementOrder/ports', '__proto__', 'constructor', '-', '~1', '~2', '..', '%2f', '\u0000', '\ud800', 'ä', '🙂', 'null', 'true', '1e999', '9007199254740993', 'v1', 'a'.repeat(300), '2026-02-30T00:00:00Z', '=', '!', ',', 'in', 'notin', '(', ')', '==', '\\', "'");
export const word = fc.oneof({ arbitrary: loaded, weight: 3 }, fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 8 }));

export const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.double(), word), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(word, tie('value'), { maxKeys: 4 })),
})).value;

type Json = { [key: string]: unknown };

/** One place of an object is replaced by something else, or a field is put there. */
export const spoilt = (of: readonly Json[]): fc.Arbitrary<unknown> =>
  fc.tuple(fc.constantFrom(...of), fc.array(fc.tuple(fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 5 }), word, json), { minLength: 1, maxLength: 3 })).map(([object, changes]) => {
    const made = structuredClone(object);
    for (const [steps, key, value] of changes) change(made, steps, key, value);
    return made;
  });

function change(object: Json, [step = 0, ...rest]: readonly number[], key: string, value: unknown): void {
  const keys = Object.keys(object);
  const chosen = keys[step];
  const next = chosen === undefined ? undefined : object[chosen];
  if (rest.length > 0 && typeof next === 'object' && next !== null) return change(next as Json, rest, key, value);
  Object.defineProperty(object, chosen ?? key, { value, enumerable: true, configurable: true, writable: true });
}

const meta = { name: 'fuzz', labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['example.com/one'], ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: 'x', uid: '1' }] };
export const samples = {
  configmaps: { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta, data: { a: 'b' }, binaryData: { c: 'ZA==' } },
  secrets: { apiVersion: 'v1', kind: 'Secret', metadata: meta, type: 'Opaque', data: { a: 'Yg==' }, stringData: { c: 'd' } },
  services: { apiVersion: 'v1', kind: 'Service', metadata: meta, spec: { type: 'ClusterIP', ports: [{ name: 'p', port: 80, targetPort: 'http', protocol: 'TCP' }], selector: { a: 'b' } } },
  events: { apiVersion: 'v1', kind: 'Event', metadata: meta, involvedObject: { kind: 'Secret', name: 'x', namespace: 'default' }, reason: 'Why', message: 'what', type: 'Normal', firstTimestamp: '2026-01-01T00:00:00Z' },
} as const;
export const widgetSample = {
  apiVersion: 'test.example.com/v1', kind: 'Widget', metadata: meta,
  spec: { size: 'small', replicas: 1, port: 'http', ratio: 0.5, word: 'abc', parts: [{ name: 'a', value: 'b' }], pairs: [{ port: 1 }], tags: ['x'], steps: ['y'], labels: { a: 'b' }, fixed: { a: 'b' }, template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }, choice: { left: 'l' } },
};
export const agentSample = { apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'DaemonAgent', metadata: meta, spec: { workerPoolRef: 'default', egressRefs: [{ name: 'g' }], template: { spec: { image: 'curl:8', env: [{ name: 'A', value: 'b' }] } } } };
