// The pure decisions of the operator: who runs where, what is ordered, what the proxies are told.
import test from 'ava';
import type { AgentSandboxRevision } from '../../operator/api/agent-sandbox-revision.ts';
import type { AIProviderRoute } from '../../operator/api/ai-provider-route.ts';
import type { CredentialInjectionPolicy } from '../../operator/api/credential-injection-policy.ts';
import type { DaemonAgent } from '../../operator/api/daemon-agent.ts';
import type { EgressGateway } from '../../operator/api/egress-gateway.ts';
import type { KubeObject } from '../../operator/api/object.ts';
import type { WorkerPool } from '../../operator/api/worker-pool.ts';
import { authority, newAuthoritySecret } from '../../operator/plan/authority.ts';
import { credential, hostless, policyVerdicts } from '../../operator/plan/credential.ts';
import { daemonAgentStatus } from '../../operator/plan/daemon-agent-status.ts';
import { compile, type EgressFacts } from '../../operator/plan/egress-policy.ts';
import { place } from '../../operator/plan/placement.ts';
import { obsolete, revision } from '../../operator/plan/revision.ts';
import type { SecretState } from '../../operator/plan/secret-state.ts';
import { egressVerdict, orderId, workOrder, type AgentFacts } from '../../operator/plan/work-order.ts';
import * as echoBot from './echo-bot.ts';

/** As the server stores it: with identity and defaults. */
function stored<T extends KubeObject>(object: KubeObject, defaults: object = {}, changes: object = {}): T {
  const { metadata } = object;
  return { ...object, metadata: { uid: `uid-${metadata.name}`, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata }, spec: { ...defaults, ...(object['spec'] as object), ...changes } } as unknown as T;
}

const agent = stored<DaemonAgent>(echoBot.agent, { restartPolicy: 'Always' });
const gateway = stored<EgressGateway>(echoBot.gateway, { defaultPolicy: 'deny-all' });
const route = stored<AIProviderRoute>(echoBot.route);
const policy = stored<CredentialInjectionPolicy>(echoBot.policy, { secretKey: 'token' });
const pool = stored<WorkerPool>(echoBot.pool);
const authoritySecret = newAuthoritySecret(gateway);
const made = authority(gateway, { state: 'present', secret: authoritySecret });
const facts: AgentFacts = { agent, pool, gateway, authority: made, revision: revision(agent) };
const secretWith = (value: string): SecretState => ({ state: 'present', secret: { ...echoBot.secret, data: { 'api-key': Buffer.from(value).toString('base64') } } });

const worlds: EgressFacts = { gateways: [gateway], routes: [route], policies: [policy], authority: () => made, secret: () => secretWith('sk-1') };

test('an agent stays where it runs, and a new one goes to the least loaded worker of its pool', (t) => {
  const workers = [{ key: 'w0', pool: 'p', room: 2 }, { key: 'w1', pool: 'p', room: 2 }, { key: 'x0', pool: 'other', room: 9 }];
  const placed = place({ agents: [{ key: 'new', pool: 'p' }, { key: 'a', pool: 'p', before: 'w0' }, { key: 'b', pool: 'p', before: 'gone' }], workers });
  t.deepEqual(placed, new Map([['a', 'w0'], ['new', 'w1'], ['b', 'w0']]));
});

test('an agent that fits nowhere waits, and never takes the room of one that runs', (t) => {
  const placed = place({ agents: [{ key: 'new', pool: 'p' }, { key: 'old', pool: 'p', before: 'w0' }], workers: [{ key: 'w0', pool: 'p', room: 1 }] });
  t.deepEqual([...placed], [['old', 'w0']]);
});

test('an order is given only when pool, gateway, authority and revision are there', (t) => {
  t.is(workOrder(facts)?.egress?.gateway, 'default/echo-bot');
  t.is(workOrder({ ...facts, pool: undefined }), undefined);
  t.is(workOrder({ ...facts, gateway: undefined }), undefined);
  t.is(workOrder({ ...facts, authority: { state: 'absent' } }), undefined);
  t.is(workOrder({ ...facts, revision: undefined }), undefined);
  t.regex(egressVerdict({ ...facts, gateway: undefined }).message, /EgressGateway echo-bot does not exist in namespace default; apply it/);
});

test('an agent that has finished is not ordered again, and its status stands; a new generation runs anew', (t) => {
  const sandbox = { id: orderId(agent), agent: { kind: 'DaemonAgent' as const, namespace: 'default', name: 'echo-bot', uid: 'uid-echo-bot', revision: 'echo-bot-00001' }, imageReady: true, phase: 'Stopped' as const, restartCount: 3, message: 'the last run ended with exit code 0' };
  const now = new Date('2026-01-02T00:00:01Z');
  const status = daemonAgentStatus(facts, { worker: 'worker-0', report: { runtime: 'gvisor', sandbox } }, now);
  const finished = { ...facts, agent: { ...agent, status } };
  t.is(workOrder(finished), undefined);
  t.deepEqual(daemonAgentStatus(finished, undefined, new Date()), status);
  const changed = { ...agent, status, metadata: { ...agent.metadata, generation: 2 } };
  const next = { ...facts, agent: changed, revision: revision(changed) };
  t.is(workOrder(next)?.restartCount, 0);
  t.like(daemonAgentStatus(next, { worker: 'worker-0', report: { runtime: 'gvisor', sandbox: undefined } }, now), { phase: 'Pending', restartCount: 0 });
});

test('the count of restarts outlives the worker: the next order starts from it', (t) => {
  const status = { phase: 'Running' as const, restartCount: 3, worker: 'worker-0', latestCreatedRevisionName: 'echo-bot-00001' };
  const counted = { ...facts, agent: { ...agent, status } };
  t.is(workOrder(counted)?.restartCount, 3);
  t.like(daemonAgentStatus(counted, { worker: 'worker-0', report: { runtime: 'gvisor', sandbox: undefined } }, new Date()), { phase: 'Pending', restartCount: 3 });
});

test('an agent without a place is told whether its pool is full or has no worker', (t) => {
  const message = (given: WorkerPool): string | undefined => daemonAgentStatus({ ...facts, pool: given }, undefined, new Date()).message;
  t.regex(message(pool) ?? '', /no worker of WorkerPool default is connected/);
  t.regex(message({ ...pool, status: { capacity: { maxExecutions: 10, availableExecutions: 10 } } }) ?? '', /being given a place/);
  t.regex(message({ ...pool, status: { capacity: { maxExecutions: 10, availableExecutions: 0 } } }) ?? '', /default is full: it has room for 10 agents; .*maxExecutionsPerWorker/);
});

test('an agent without egressRefs is ordered without a network', (t) => {
  const { egressRefs: _none, ...spec } = agent.spec;
  const alone = { ...agent, spec };
  t.is(workOrder({ ...facts, agent: alone, gateway: undefined, authority: { state: 'absent' } })?.egress, undefined);
  t.is(egressVerdict({ ...facts, agent: alone }).reason, 'NoEgressRefs');
});

test('no two agents share the id of their order, and every id is a DNS label', (t) => {
  const named = (namespace: string, name: string) => orderId({ ...agent, metadata: { ...agent.metadata, namespace, name } });
  t.is(named('default', 'echo-bot'), 'da-default-echo-bot-1');
  const ids = [named('a-b', 'c'), named('a', 'b-c'), named('a', 'b.c'), named('n'.repeat(63), 'x'.repeat(63)), named('n'.repeat(63), 'x'.repeat(62))];
  t.is(new Set(ids).size, ids.length);
  for (const id of ids) t.regex(id, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
});

test('ten revisions are kept, and never those of an earlier agent of the same name', (t) => {
  const of = (generation: number, uid = agent.metadata.uid ?? ''): AgentSandboxRevision => revision({ ...agent, metadata: { ...agent.metadata, uid, generation } });
  const current = { ...agent, metadata: { ...agent.metadata, generation: 13 } };
  const all = [...Array.from({ length: 13 }, (_, index) => of(index + 1)), { ...of(7, 'earlier'), metadata: { ...of(7, 'earlier').metadata, name: 'foreign' } }];
  const ready: DaemonAgent = { ...current, status: { latestReadyRevisionName: 'echo-bot-00001' } };
  t.deepEqual(obsolete(ready, all).map(({ metadata }) => metadata.name), ['foreign', 'echo-bot-00003', 'echo-bot-00002']);
});

test('routes stand oldest first, and the credentials of a gateway after those of its routes', (t) => {
  const younger = stored<AIProviderRoute>({ ...echoBot.route, metadata: { name: 'a-younger', namespace: 'default', creationTimestamp: '2026-01-02T00:00:00Z' } }, {}, { rules: [{ matches: [{ provider: 'Google' }] }] });
  const wide = stored<CredentialInjectionPolicy>({ ...echoBot.policy, metadata: { name: 'a-wide', namespace: 'default' } }, {}, { targetRefs: [{ group: 'clrk.apoxy.dev', kind: 'EgressGateway', name: 'echo-bot' }] });
  const compiled = compile({ ...worlds, routes: [younger, route], policies: [wide, policy] }).policy.gateways[0];
  t.deepEqual(compiled?.routes.map((entry) => [entry.route, entry.provider]), [['default/anthropic', 'anthropic'], ['default/a-younger', 'google_genai']]);
  t.deepEqual(compiled?.credentials.map((entry) => entry.policy), ['default/anthropic-key', 'default/a-wide']);
});

test('a policy that is wrong in itself refuses the calls that it names', (t) => {
  const both = { ...policy, spec: { ...policy.spec, parentRefs: policy.spec.targetRefs ?? [] } };
  const [entry] = compile({ ...worlds, policies: [both] }).policy.gateways[0]?.credentials ?? [];
  t.like(entry?.secret, { state: 'missing' });
});

test('a credential for a route whose host the agent chooses is not given out, and the policy says why and what to do', (t) => {
  const target = { group: 'clrk.apoxy.dev', kind: 'AIProviderRoute', name: 'anthropic' } as const;
  for (const provider of ['custom', 'Azure-OpenAI']) {
    const open = stored<AIProviderRoute>(echoBot.route, {}, { rules: [{ matches: [{ provider: 'anthropic' }, { provider }] }] });
    const [entry] = compile({ ...worlds, routes: [open] }).policy.gateways[0]?.credentials ?? [];
    t.regex(entry?.secret.state === 'missing' ? entry.secret.why : '', /where the agent chooses the host/);
    const [accepted] = policyVerdicts(policy, target, { exists: true, credential: { state: 'present', value: 'sk-1' }, hostless: hostless(target, [open]) });
    t.like(accepted, { type: 'Accepted', status: 'False', reason: 'HostNotNamed' });
    t.regex(accepted?.message ?? '', /calls of this route are refused; target a route that is only for openai, anthropic, google or bedrock/);
  }
  t.is(hostless(target, [route]), undefined);
});

test('a credential for a gateway without a route to a host that is known is not given out', (t) => {
  const wide = stored<CredentialInjectionPolicy>(echoBot.policy, {}, { targetRefs: [{ group: 'clrk.apoxy.dev', kind: 'EgressGateway', name: 'echo-bot' }] });
  const state = (routes: readonly AIProviderRoute[]) => compile({ ...worlds, routes, policies: [wide] }).policy.gateways[0]?.credentials[0]?.secret.state;
  t.is(state([]), 'missing');
  t.is(state([route]), 'present');
  t.regex(hostless({ kind: 'EgressGateway', name: 'echo-bot' }, []) ?? '', /attach an AIProviderRoute/);
});

test('objects of another namespace have no part in a gateway', (t) => {
  const elsewhere = <T extends KubeObject>(object: T): T => ({ ...object, metadata: { ...object.metadata, namespace: 'other' } });
  const compiled = compile({ ...worlds, routes: [elsewhere(route)], policies: [elsewhere(policy)] }).policy.gateways[0];
  t.deepEqual([compiled?.routes, compiled?.credentials], [[], []]);
});

test('one gateway that cannot be compiled does not stop the others', (t) => {
  const broken = stored<EgressGateway>({ ...echoBot.gateway, metadata: { name: 'broken', namespace: 'default' } }, { defaultPolicy: 'deny-all' }, { listeners: [{ name: 'x', protocol: 'TLS' }] });
  const { policy: compiled, leftOut } = compile({ ...worlds, gateways: [broken, gateway] });
  t.deepEqual(compiled.gateways.map((entry) => entry.gateway), ['default/echo-bot']);
  t.regex(leftOut.get('default/broken') ?? '', /needs tls\.mode: Terminate/);
});

test('the same objects make the same version, another secret another', (t) => {
  const versionWith = (value: string) => compile({ ...worlds, secret: () => secretWith(value) }).policy.version;
  t.is(versionWith('sk-1'), versionWith('sk-1'));
  t.not(versionWith('sk-1'), versionWith('sk-2'));
});

const credentials: readonly [title: string, found: SecretState, expected: RegExp][] = [
  ['a Secret that is not there', { state: 'absent' }, /SecretNotFound Secret default\/anthropic-credentials does not exist; make it with `kubectl clrk secrets set/],
  ['a key that is not there', { state: 'present', secret: { ...echoBot.secret, data: { other: 'eA==' } } }, /SecretKeyNotFound .*has no key api-key \(it has other\)/],
  ['a value that ends in a line break', secretWith('sk-1\n'), /InvalidSecretValue .*line break/],
  ['a value with a line break inside', secretWith('sk-1\r\nx: y'), /InvalidSecretValue/],
  ['an empty value', secretWith(''), /InvalidSecretValue .*is empty/],
];
for (const [title, found, expected] of credentials) {
  test(`${title} is missing, with what to do and without the value`, (t) => {
    const missing = credential(policy, found);
    const text = missing.state === 'missing' ? `${missing.reason} ${missing.why}` : 'present';
    t.regex(text, expected);
    t.notRegex(text, /sk-1/);
  });
}

test('an authority is judged: whose it is, and whether the proxy could use it', (t) => {
  t.is(made.state, 'present');
  t.is(authority({ ...gateway, metadata: { ...gateway.metadata, uid: 'another' } }, { state: 'present', secret: authoritySecret }).state, 'foreign');
  const other = newAuthoritySecret(gateway);
  const mixed = { ...authoritySecret, data: { ...(authoritySecret['data'] as object), 'tls.key': (other['data'] as { 'tls.key': string })['tls.key'] } };
  t.like(authority(gateway, { state: 'present', secret: mixed }), { state: 'unusable' });
  t.like(authority(gateway, { state: 'present', secret: { ...authoritySecret, data: {} } }), { state: 'unusable' });
});

test('a revision that is not ready says why in its reason too', (t) => {
  const reason = (given: AgentFacts) => daemonAgentStatus(given, undefined, new Date()).conditions?.find(({ type }) => type === 'RevisionReady')?.reason;
  t.is(reason({ ...facts, pool: undefined }), 'WorkerPoolNotFound');
  t.is(reason({ ...facts, gateway: undefined }), 'EgressRefsNotFound');
  t.is(reason({ ...facts, authority: { state: 'absent' } }), 'EgressGatewayNotReady');
  t.is(reason({ ...facts, revision: undefined }), 'RevisionPending');
  t.is(reason(facts), 'NoWorkersReady');
});

test('until a worker reports after a restart of the operator the last known state stands', (t) => {
  const sandbox = { id: orderId(agent), agent: { kind: 'DaemonAgent' as const, namespace: 'default', name: 'echo-bot', uid: 'uid-echo-bot', revision: 'echo-bot-00001' }, imageReady: true, phase: 'Running' as const, restartCount: 3, upSince: '2026-01-02T00:00:00Z' };
  const now = new Date('2026-01-02T00:00:01Z');
  const running = daemonAgentStatus(facts, { worker: 'worker-0', report: { runtime: 'gvisor', sandbox } }, now);
  t.like(running, { phase: 'Running', restartCount: 3, worker: 'worker-0', runtime: 'gvisor', latestReadyRevisionName: 'echo-bot-00001' });
  const later = new Date('2026-01-02T00:01:00Z');
  t.deepEqual(daemonAgentStatus({ ...facts, agent: { ...agent, status: running } }, { worker: 'worker-0', report: undefined }, later), running);
  const silent = daemonAgentStatus({ ...facts, agent: { ...agent, status: running } }, { worker: 'worker-0', report: undefined, silent: true }, later);
  t.like(silent, { phase: 'Pending', worker: 'worker-0', message: 'worker-0 has not been heard of since the operator started', latestReadyRevisionName: 'echo-bot-00001' });
  t.deepEqual([silent.runtime, silent.upSince], [undefined, undefined]);
  t.like(daemonAgentStatus({ ...facts, agent: { ...agent, status: running } }, undefined, later), { phase: 'Pending', latestReadyRevisionName: 'echo-bot-00001' });
});
