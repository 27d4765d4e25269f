import test from 'ava';
import type { DaemonAgent } from '../../../operator/api/daemon-agent.ts';
import { agentFacts, agentTable } from '../../../plugin/format/agents.ts';
import { facts } from '../../../plugin/format/facts.ts';
import { ageOf, humanDuration } from '../../../plugin/format/human-duration.ts';
import { listOf, printObjects } from '../../../plugin/format/objects.ts';
import { secretTable } from '../../../plugin/format/secrets.ts';
import { table } from '../../../plugin/format/table.ts';
import { ObjectPrinter, type ObjectTable } from '../../../plugin/output/printer.ts';
import type { KubeObject } from '../../../operator/api/object.ts';

test('columns stand three spaces apart, and an empty cell is a dash', (t) => {
  t.is(table([['NAME', 'AGE', 'X'], ['a', '', 'y'], ['long-name', '3s', '']]), 'NAME        AGE   X\na           -     y\nlong-name   3s    -\n');
});

test('a cell can not move the cursor', (t) => {
  t.is(table([['A'], ['\u001B[2Jx\ny']]), 'A\n\\x1b[2Jx\\ny\n');
  t.is(facts([['Name', 'a\rb']]), 'Name:   a\\rb\n');
});

const ages = test.macro({
  exec(t, seconds: number, expected: string) {
    t.is(humanDuration(0, seconds * 1000), expected);
  },
  title: (_, seconds, expected) => `${seconds} seconds read ${expected}`,
});
for (const [seconds, expected] of [[0, '0s'], [119, '119s'], [120, '2m'], [205, '3m25s'], [600, '10m'], [7200, '120m'], [10_800, '3h'], [18_600, '5h10m'], [28_800, '8h'], [172_799, '47h'], [180_000, '2d2h'], [691_200, '8d'], [34_560_000, '400d'], [63_072_000, '2y'], [65_664_000, '2y30d'], [252_288_000, '8y'], [-1, '0s'], [-60, '<invalid>']] as const) test(ages, seconds, expected);

test('an object without a time has an unknown age', (t) => {
  t.is(ageOf(undefined, new Date()), '<unknown>');
});

const now = new Date('2026-01-02T00:10:00Z');
const agent: DaemonAgent = {
  apiVersion: 'clrk.apoxy.dev/v1alpha1',
  kind: 'DaemonAgent',
  metadata: { name: 'echo-bot', namespace: 'default', creationTimestamp: '2026-01-02T00:00:00Z' },
  spec: { workerPoolRef: 'default', restartPolicy: 'Always', template: { spec: { image: 'curl:8' } }, egressRefs: [{ gatewayRef: 'echo-bot' }] },
  status: {
    phase: 'Running',
    restartCount: 2,
    upSince: '2026-01-02T00:09:00Z',
    worker: 'worker-0',
    runtime: 'gvisor',
    latestCreatedRevisionName: 'echo-bot-00002',
    latestReadyRevisionName: 'echo-bot-00001',
    conditions: [{ type: 'Accepted', status: 'True', reason: 'SpecValid', message: 'the spec is valid', lastTransitionTime: '2026-01-02T00:00:00Z' }],
  },
};
const fresh: DaemonAgent = { ...agent, metadata: { name: 'new', namespace: 'team' }, spec: { ...agent.spec, egressRefs: [] }, status: {} };

const listed = (shown: ObjectTable, objects: readonly object[]): string =>
  new ObjectPrinter({ output: { kind: 'table', wide: false }, table: shown, noHeaders: false, showManagedFields: false }).list(objects as readonly KubeObject[]);

test('agents are listed under the title of their kind', (t) => {
  t.is(listed(agentTable({ now: () => now, wide: false, namespaces: false }), [agent, fresh]), `DAEMONAGENTS
NAME       POOL      LATEST READY     PHASE     RESTARTS   AGE
echo-bot   default   echo-bot-00001   Running   2          10m
new        default   -                -         0          <unknown>
`);
});

test('wide adds image, runtime, worker and gateway; all namespaces add theirs', (t) => {
  t.is(listed(agentTable({ now: () => now, wide: true, namespaces: true }), [agent]), `DAEMONAGENTS
NAMESPACE   NAME       POOL      LATEST READY     PHASE     RESTARTS   AGE   IMAGE    RUNTIME   WORKER     EGRESS
default     echo-bot   default   echo-bot-00001   Running   2          10m   curl:8   gvisor    worker-0   echo-bot
`);
});

test('one agent is shown in full', (t) => {
  t.is(agentFacts(agent, now), `Kind:        DaemonAgent
Name:        echo-bot
Namespace:   default
Pool:        default
Image:       curl:8
Restart:     Always
Age:         10m
Status:
  Phase:                       Running
  RestartCount:                2
  LatestCreatedRevisionName:   echo-bot-00002
  LatestReadyRevisionName:     echo-bot-00001
  UpSince:                     2026-01-02T00:09:00Z (60s)
  Worker:                      worker-0
  Runtime:                     gvisor
EgressRefs:
  echo-bot
Conditions:
  TYPE       STATUS   REASON      MESSAGE
  Accepted   True     SpecValid   the spec is valid
`);
});

test('what refuses the calls of an agent is shown with it', (t) => {
  t.regex(agentFacts(agent, now, ['credentialinjectionpolicy/key: SecretNotFound: no Secret']), /\nRefusing calls:\n {2}credentialinjectionpolicy\/key: SecretNotFound: no Secret\nConditions:\n/);
});

test('an agent that nobody has looked at yet is pending', (t) => {
  t.regex(agentFacts(fresh, now), /Phase: +Pending\n[^]*EgressRefs:\n {2}none: the sandbox has no network\n$/);
});

test('a Secret is listed by the length of its values', (t) => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default', creationTimestamp: '2026-01-02T00:00:00Z' }, data: { 'api-key': Buffer.from('made-up').toString('base64') } };
  t.is(listed(secretTable({ now: () => now, namespaces: false, usersOf: () => ['credentialinjectionpolicy/a'] }), [secret]), 'NAME   KEYS         AGE   USED BY\ns      api-key=7B   10m   credentialinjectionpolicy/a\n');
});

test('objects are printed without the list of who wrote what', (t) => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', managedFields: [{ manager: 'x' }] }, data: { flag: 'yes', number: '012' } };
  t.is(printObjects([object], 'name'), 'configmap/a\n');
  t.deepEqual(JSON.parse(printObjects([object], 'json')), { ...object, metadata: { name: 'a' } });
  t.regex(printObjects([object], 'yaml'), /^data:\n {2}flag: "yes"\n {2}number: "012"$/m);
  t.deepEqual(JSON.parse(listOf([], 'json')), { apiVersion: 'v1', items: [], kind: 'List', metadata: { resourceVersion: '' } });
  t.is((JSON.parse(printObjects([object, object], 'json')) as { items: unknown[] }).items.length, 2);
});
