// EgressGateway: the intercepting proxy that everything an agent sends goes through.
import { conditionList, type Verdict } from './conditions.ts';
import { age, entries, field, nameFitsLabel, nameFitsLabelRule, type KindDefinition, type Kinded, type Problem } from './object.ts';
import { enumOf, integer, list, object, optional, text, withDefault, ruled, type TypeOf } from './schema.ts';
import { durationMs, durationPattern } from './values.ts';

export const defaultRequestTimeout = '5m';
export const defaultCapturedContentTypes = ['application/json', 'application/x-ndjson', 'text/event-stream'] as const;

const listenerShape = object('Where connections of an agent are taken up.', {
  name: text('Name of the listener, unique in the gateway.', { pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', minLength: 1, maxLength: 63 }),
  protocol: enumOf('What the agent speaks: TLS, which is terminated, or plain HTTP.', ['TLS', 'HTTP']),
  port: optional(integer('Destination port that the agent connects to; absent means every port. A listener with a port wins over one without.', 1, 65535)),
  tls: optional(
    object('Required for protocol TLS, not allowed for HTTP.', {
      mode: enumOf("Terminate: the gateway decrypts, with a certificate of its own authority that the sandbox trusts.", ['Terminate']),
    }),
  ),
});

const listener = ruled(
  listenerShape,
  { rule: "self.protocol != 'TLS' || has(self.tls)", message: 'speaks TLS and needs tls.mode: Terminate; passing TLS through unread is not supported' },
  { rule: "self.protocol != 'HTTP' || !has(self.tls)", message: 'does not fit protocol HTTP; remove it, or set protocol: TLS', fieldPath: '.tls' },
);

const requestTimeout = ruled(
  text(`How long a whole exchange may take until its response ends, as a Go duration; absent means ${defaultRequestTimeout}.`, { pattern: durationPattern, maxLength: 64 }),
  // What is no duration is the pattern's to refuse.
  {
    rule: `!self.matches(r'${durationPattern}') || (duration(self) >= duration('1ms') && duration(self) <= duration('24h'))`,
    message: 'must be at least 1ms and at most 24h', messageExpression: '"is %s; it must be at least 1ms and at most 24h".format([self])',
  },
);

const spec = object('What the gateway lets through, and what it records.', {
  defaultPolicy: withDefault(enumOf('What happens to an exchange that no attached route names.', ['allow-all', 'deny-all']), 'deny-all'),
  listeners: ruled(
    list('Where connections are taken up; what no listener takes up is refused.', listener, { min: 1, max: 8, keys: ['name'] }),
    { rule: 'self.all(a, self.exists_one(b, a.protocol == b.protocol && a.?port.orValue(0) == b.?port.orValue(0)))', message: 'two listeners take up the same connections: one protocol on one port, or on every port' },
  ),
  otlp: optional(
    object('What telemetry carries beyond one span and one log record for each exchange, which are always written, with redacted headers.', {
      captureBody: optional(
        object('Presence turns on the capture of bodies.', {
          maxBytes: withDefault(integer('Bytes kept of each direction; a longer body is cut and marked.', 1, 1048576), 65536),
          includeContentTypes: optional(
            list(`Content types (by their beginning) whose bodies are captured; absent means ${defaultCapturedContentTypes.join(', ')}.`, text('Beginning of a content type.', { minLength: 1, maxLength: 127 }), { max: 32 }),
          ),
        }),
      ),
    }),
  ),
  requestTimeout: optional(requestTimeout),
});

const listenerStatus = object('One listener as it is in effect.', {
  name: text('Name of the listener.', { maxLength: 63 }),
  port: optional(integer('Destination port; absent means every port.', 1, 65535)),
  attachedRoutes: integer('Routes that name the gateway and are accepted.'),
});

const status = object('Whether the gateway is in effect.', {
  conditions: conditionList('Ready.'),
  listenerCount: optional(integer('Number of listeners.')),
  listeners: optional(list('The listeners.', listenerStatus, { max: 8, keys: ['name'] })),
  observedGeneration: optional(integer('Generation that this status speaks of.', 0, Number.MAX_SAFE_INTEGER)),
});

export type EgressGateway = Kinded<'EgressGateway', TypeOf<typeof spec>, TypeOf<typeof status>>;

/** GatewayMissing: no proxy is connected. GatewayNotProgrammed: none of them has the current policy yet. */
export type EgressGatewayVerdict = Verdict<'Ready', 'GatewayProgrammed' | 'GatewayNotProgrammed' | 'GatewayMissing' | 'InvalidSpec'>;

function checkListener(candidate: unknown, path: string): readonly Problem[] {
  const terminates = field(candidate, 'tls', 'mode') === 'Terminate';
  if (field(candidate, 'protocol') === 'TLS' && !terminates) return [{ path, message: 'speaks TLS and needs tls.mode: Terminate; passing TLS through unread is not supported' }];
  if (field(candidate, 'protocol') === 'HTTP' && field(candidate, 'tls') !== undefined) return [{ path: `${path}/tls`, message: 'does not fit protocol HTTP; remove it, or set protocol: TLS' }];
  return [];
}

function check(candidate: unknown): readonly Problem[] {
  const problems: Problem[] = [...nameFitsLabel(candidate)];
  const names = new Set<unknown>();
  const taken = new Map<string, unknown>();
  entries(field(candidate, 'spec', 'listeners')).forEach((entry, index) => {
    const path = `/spec/listeners/${index}`;
    const name = field(entry, 'name');
    problems.push(...checkListener(entry, path));
    if (name !== undefined && names.has(name)) problems.push({ path: `${path}/name`, message: `is ${String(name)} a second time` });
    names.add(name);
    const place = `${String(field(entry, 'protocol'))} on ${field(entry, 'port') === undefined ? 'every port' : `port ${String(field(entry, 'port'))}`}`;
    if (taken.has(place)) problems.push({ path, message: `takes up ${place}, as listener ${String(taken.get(place))} does already` });
    else taken.set(place, name);
  });
  const timeout = field(candidate, 'spec', 'requestTimeout');
  if (typeof timeout === 'string') {
    const ms = durationMs(timeout);
    if (ms !== undefined && (ms < 1 || ms > 86_400_000)) problems.push({ path: '/spec/requestTimeout', message: `is ${timeout}; it must be at least 1ms and at most 24h` });
  }
  return problems;
}

export const egressGateway: KindDefinition = {
  kind: 'EgressGateway',
  plural: 'egressgateways',
  singular: 'egressgateway',
  shortNames: ['egw'],
  description: 'The intercepting proxy that everything an agent sends goes through: policy, credentials, telemetry.',
  spec,
  status,
  rules: [nameFitsLabelRule],
  check,
  columns: [
    { name: 'Policy', type: 'string', jsonPath: '.spec.defaultPolicy' },
    { name: 'Listeners', type: 'integer', jsonPath: '.status.listenerCount' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    age,
  ],
};
