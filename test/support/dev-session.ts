// A dev session's state as it stands after some calls of echo-bot: what the views are looked at with.
import type { LogLine, OtlpAttributes, SpanLine } from '../../proxy/telemetry/otlp-json.ts';
import type { AgentRow } from '../../plugin/feeds/rows.ts';
import { DevStore } from '../../plugin/feeds/store.ts';

export const startedAt = new Date(2026, 0, 2, 15, 0, 0);
export const now = new Date(2026, 0, 2, 15, 4, 12);
export const title = 'kubectl clrk dev';

const agent = { 'agent.kind': 'DaemonAgent', 'agent.namespace': 'default', 'agent.name': 'echo-bot', 'agent.revision': 'echo-bot-00001' };
const proxy = { 'service.name': 'clrk', 'clrk.component': 'egress-proxy', 'k8s.pod.name': 'worker-0' };
const request = { model: 'claude-haiku-4-5', max_tokens: 64, messages: [{ role: 'user', content: 'Say hello to the world 世界 👋' }] };
const reply = { id: 'msg_01', type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Hello!' }], usage: { input_tokens: 12, output_tokens: 24 } };

function callAttributes(status: number): OtlpAttributes {
  return {
    ...agent,
    'http.request.method': 'POST',
    'server.address': 'api.anthropic.com',
    'url.path': '/v1/messages',
    'http.response.status_code': status,
    'clrk.req.bytes': 312,
    'clrk.resp.bytes': 1024,
    'clrk.duration_ms': 540,
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.system': 'anthropic',
    'gen_ai.request.model': 'claude-haiku-4-5',
    ...(status === 200 ? { 'gen_ai.usage.input_tokens': 12, 'gen_ai.usage.output_tokens': 24 } : {}),
    'clrk.aiproviderroute.namespace': 'default',
    'clrk.aiproviderroute.name': 'anthropic',
  };
}

const traceId = (n: number): string => (0xa1b2c3d4 + n).toString(16).padStart(8, '0') + '0'.repeat(23) + String(n % 10);
const at = (n: number): number => startedAt.getTime() + 5000 * n + 123;

export function call(n: number, status = 200): LogLine {
  const tokens = status === 200 ? ' input_tokens=12 output_tokens=24' : '';
  const body = `POST api.anthropic.com/v1/messages ${status} 540ms req=312B resp=1024B provider=anthropic model=claude-haiku-4-5${tokens} route=default/anthropic`;
  return { timeUnixMs: at(n), severity: status === 200 ? 'INFO' : status < 500 ? 'WARN' : 'ERROR', body, attributes: callAttributes(status), resource: proxy, traceId: traceId(n), spanId: '00f067aa0ba902b7' };
}

export function output(n: number, text: string, iostream: 'stdout' | 'stderr' = 'stdout'): LogLine {
  return { timeUnixMs: at(n), severity: 'INFO', body: text, attributes: { ...agent, 'log.iostream': iostream }, resource: { ...proxy, 'clrk.component': 'worker' } };
}

export function span(n: number, status = 200): SpanLine {
  const body = (value: object): OtlpAttributes => ({ 'clrk.body.bytes': JSON.stringify(value).length, 'clrk.body.truncated': false, 'clrk.body.b64': Buffer.from(JSON.stringify(value)).toString('base64') });
  const event = (name: string, attributes: OtlpAttributes) => ({ name, timeUnixMs: at(n), attributes });
  return {
    name: 'chat claude-haiku-4-5',
    kind: 'SERVER',
    traceId: traceId(n),
    spanId: '00f067aa0ba902b7',
    startUnixMs: at(n),
    endUnixMs: at(n) + 540.4,
    status: status < 400 ? 'UNSET' : 'ERROR',
    ...(status < 400 ? {} : { statusMessage: `HTTP ${status}` }),
    attributes: callAttributes(status),
    resource: proxy,
    events: [
      event('http.request.headers', { 'http.request.header.accept': '*/*', 'http.request.header.content-length': '106', 'http.request.header.content-type': 'application/json', 'http.request.header.host': 'api.anthropic.com', 'http.request.header.traceparent': `00-${traceId(n)}-00f067aa0ba902b7-01`, 'http.request.header.x-api-key': '[redacted]', 'http.request.header.anthropic-version': '2023-06-01', 'http.request.header.user-agent': 'curl/7.88.1' }),
      event('http.request.body', body(request)),
      event('http.response.headers', { 'http.response.header.content-type': 'application/json' }),
      event('http.response.body', body(reply)),
    ],
  };
}

export const echoBot: AgentRow = {
  namespace: 'default',
  name: 'echo-bot',
  pool: 'default',
  image: 'docker.io/curlimages/curl:8.10.1',
  phase: 'Running',
  restarts: 0,
  upSince: startedAt,
  revision: 'echo-bot-00001',
  runtime: 'gvisor',
  worker: 'worker-0',
  conditions: [
    { type: 'Accepted', status: 'True', reason: 'SpecValid', message: '' },
    { type: 'RevisionReady', status: 'True', reason: 'RevisionReady', message: 'worker-0 runs echo-bot-00001' },
  ],
};

/** The same as echo-bot, with something in its way. */
export const stuck: AgentRow = {
  namespace: 'default',
  name: 'no-gateway',
  pool: 'default',
  image: echoBot.image,
  phase: 'Pending',
  restarts: 0,
  issue: 'EgressRefsNotFound: EgressGateway default/nowhere does not exist; apply it or correct spec.egressRefs',
  conditions: [{ type: 'EgressConfigured', status: 'False', reason: 'EgressRefsNotFound', message: 'EgressGateway default/nowhere does not exist' }],
};

/** A store after `calls` calls, flushed. */
export function session(calls = 12): DevStore {
  const store = new DevStore();
  store.setHeader({ cluster: 'embedded', sandbox: 'gvisor', offline: 'a stand-in answers for api.anthropic.com' });
  const component = (name: string, detail: string, restarts = 0) => store.setComponent({ name, health: 'ready', since: startedAt, detail, restarts });
  component('apiserver', '127.0.0.1:40123');
  component('controller-manager', '127.0.0.1:40124');
  component('worker-0', 'gvisor');
  component('egress-proxy', '', 1);
  store.line('worker-0', 'stderr', '{"time":"2026-01-02T15:00:01Z","level":"info","component":"worker","msg":"sandbox started"}');
  store.agents([echoBot, stuck]);
  for (let n = 0; n < calls; n += 1) {
    const status = n === 7 ? 401 : 200;
    store.records([call(n, status), output(n, `reply ${n}: Hello!`)]);
    store.spans([span(n, status)]);
  }
  store.notice('kubeconfig: ~/.clrk/kubeconfig.host');
  store.flush();
  return store;
}
