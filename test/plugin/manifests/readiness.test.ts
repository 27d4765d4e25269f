import test from 'ava';
import type { KubeObject } from '../../../operator/api/object.ts';
import { isAwaited, obstacle } from '../../../plugin/manifests/readiness.ts';

const ours = 'clrk.apoxy.dev/v1alpha1';
const condition = (type: string, status = 'True', reason = 'Fine', observedGeneration = 2) => ({ type, status, reason, message: `${type} is ${status}`, observedGeneration });
const make = (kind: string, rest: object, apiVersion = ours): KubeObject => ({ apiVersion, kind, metadata: { name: 'a', namespace: 'n', generation: 2 }, ...rest });
const healthy = ['Accepted', 'WorkerPoolReady', 'EgressConfigured', 'RevisionReady'].map((type) => condition(type));
const agent = (status: object, spec: object = { restartPolicy: 'Always' }) => make('DaemonAgent', { spec, status: { conditions: healthy, phase: 'Running', ...status } });

const finds = test.macro({
  exec(t, object: KubeObject, expected: string | undefined) {
    const found = obstacle(object);
    t.is(found && [found.aspect, found.reason, found.message, ...(found.hopeless ? ['hopeless'] : [])].join(' | '), expected);
  },
  title: (name = '') => name,
});
test('an agent that runs is in effect', finds, agent({}), undefined);
test('an agent that nobody has seen is not', finds, make('DaemonAgent', { spec: {} }), 'Accepted |  | nobody has looked at it yet');
test('what is known of an older spec does not count', finds, agent({ conditions: healthy.map((one) => ({ ...one, observedGeneration: 1 })) }), 'Accepted |  | what is known is about an older spec');
test('what names no spec that it is about does not count either', finds, agent({ conditions: healthy.map(({ observedGeneration: _generation, ...one }) => one) }), 'Accepted |  | what is known is about an older spec');
test('the first condition that does not hold is told', finds, agent({ conditions: [...healthy.slice(0, 3), condition('RevisionReady', 'False', 'NoWorkersReady')], phase: 'Pending' }), 'RevisionReady | NoWorkersReady | RevisionReady is False');
test('a spec that the operator refuses is without hope', finds, agent({ conditions: [condition('Accepted', 'False', 'InvalidSpec')] }), 'Accepted | InvalidSpec | Accepted is False | hopeless');
test('an agent whose process ends again and again is not in effect', finds, agent({ phase: 'CrashLoopBackOff', message: 'exit code 1' }), 'phase Running | CrashLoopBackOff | exit code 1');
test('an agent that ended for good and should run is without hope', finds, agent({ phase: 'Stopped', message: 'restarted 3 times' }), 'phase Running | Stopped | restarted 3 times | hopeless');
test('an agent that was to end and ended well is in effect', finds, agent({ phase: 'Stopped' }, { restartPolicy: 'Never' }), undefined);
test('an agent that was to end and failed is without hope', finds, agent({ phase: 'Stopped', message: 'exit code 2' }, { restartPolicy: 'Never' }), 'phase Running | Stopped | exit code 2 | hopeless');
test('a gateway is in effect when a proxy obeys it', finds, make('EgressGateway', { status: { conditions: [condition('Ready')] } }), undefined);
test('a gateway without a proxy is not', finds, make('EgressGateway', { status: { conditions: [condition('Ready', 'False', 'GatewayMissing')] } }), 'Ready | GatewayMissing | Ready is False');
test('a pool waits for a worker', finds, make('WorkerPool', { spec: { replicas: 1 }, status: { conditions: [condition('Configured'), condition('Available', 'False', 'NoWorkersReady')] } }), 'Available | NoWorkersReady | Available is False');
test('a pool of no workers waits for none', finds, make('WorkerPool', { spec: { replicas: 0 }, status: { conditions: [condition('Configured'), condition('Available', 'False', 'NoWorkersReady')] } }), undefined);

const parent = (name: string) => ({ group: 'clrk.apoxy.dev', kind: 'EgressGateway', name });
const at = (name: string, ...conditions: object[]) => ({ parentRef: parent(name), conditions });
const route = (...parents: object[]) => make('AIProviderRoute', { spec: { parentRefs: [parent('x'), parent('y')] }, status: { parents } });
test('a route is in effect when each gateway has taken it', finds, route(at('x', condition('Accepted'), condition('ResolvedRefs')), at('y', condition('Accepted'), condition('ResolvedRefs'))), undefined);
test('a route names the gateway that has not', finds, route(at('x', condition('Accepted'), condition('ResolvedRefs'))), 'Accepted at EgressGateway y |  | nobody has looked at it yet');
test('a policy waits for its Secret', finds, make('CredentialInjectionPolicy', { spec: { targetRefs: [parent('x')] }, status: { ancestors: [{ ancestorRef: parent('x'), conditions: [condition('Accepted'), condition('ResolvedRefs', 'False', 'SecretNotFound')] }] } }), 'ResolvedRefs at EgressGateway x | SecretNotFound | ResolvedRefs is False');
test('a definition is in effect when it is established', finds, make('CustomResourceDefinition', { status: { conditions: [{ type: 'NamesAccepted', status: 'True' }, { type: 'Established', status: 'False', reason: 'Installing', message: '' }] } }, 'apiextensions.k8s.io/v1'), 'Established | Installing | ');
test('a namespace is in effect when it is active', finds, make('Namespace', { status: { phase: 'Active' } }, 'v1'), undefined);
test('an object that is being deleted is without hope', finds, { ...agent({}), metadata: { name: 'a', deletionTimestamp: '2026-01-02T15:04:05Z' } }, 'the object | Deleting | somebody deletes it | hopeless');

test('kinds without a state are not waited for', (t) => {
  for (const kind of ['ConfigMap', 'Secret', 'constructor', '__proto__']) t.false(isAwaited(make(kind, {}, 'v1')));
});
test('a status of any shape is no crash', (t) => {
  for (const status of [null, 3, { conditions: 'x' }, { conditions: [null, 3] }, { parents: [null] }]) for (const kind of ['DaemonAgent', 'AIProviderRoute', 'WorkerPool']) t.truthy(obstacle(make(kind, { spec: { parentRefs: [null] }, status })));
});
