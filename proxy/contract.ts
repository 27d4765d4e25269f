// The two languages the proxy obeys: the compiled policy it is given, and the admission of one sandbox.
// Whoever writes them (operator, worker) imports this file; the proxy imports nothing of theirs.
import { integer, list, object, oneOf, optional, tagged, text } from './decode.ts';

/** Who sends the bytes: one agent, one revision of it, in one sandbox. */
export interface AgentIdentity {
  readonly kind: 'DaemonAgent' | 'TaskAgent';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Name of the AgentSandboxRevision, e.g. `echo-bot-00001`. */
  readonly revision: string;
}

/** Everything one proxy may do, swapped whole. Without one nothing passes. */
export interface Policy {
  /** Changes when and only when the content does; shown in logs and spans. */
  readonly version: string;
  readonly gateways: readonly GatewayPolicy[];
}

export interface GatewayPolicy {
  /** `namespace/name` of the EgressGateway. */
  readonly gateway: string;
  readonly defaultPolicy: 'allow-all' | 'deny-all';
  /** Where a connection is taken up: a listener with a port beats one without; no listener, no traffic. */
  readonly listeners: readonly Listener[];
  /** PEM; the CA that the sandboxes of this gateway trust. The key is a secret. */
  readonly authority: { readonly certificate: string; readonly key: string };
  /** In order of precedence; the first entry that matches a request wins. */
  readonly routes: readonly RouteEntry[];
  /** Applied in order, all that apply: a later one on the same header overwrites. */
  readonly credentials: readonly CredentialEntry[];
  /** Absent: bodies are not captured. Headers always are, redacted. */
  readonly captureBody?: { readonly maxBytes: number; readonly includeContentTypes: readonly string[] };
  /** One limit for a whole exchange until its response ends; a running event stream counts too. */
  readonly requestTimeoutMs: number;
}

export interface Listener {
  readonly name: string;
  readonly shape: 'tls-terminate' | 'http';
  /** Destination port; absent means every port at this layer. */
  readonly port?: number;
}

/**
 * Providers whose hosts belong to the provider alone. A credential goes to these and to no other: a route for `custom` covers
 * any host, one for `azure_openai` any customer's, so there the agent would choose who gets it.
 */
export const ownHosts: ReadonlySet<string> = new Set(['openai', 'anthropic', 'google_genai', 'aws_bedrock']);

/** One (route, rule, match) triple of an AIProviderRoute. */
export interface RouteEntry {
  /** `namespace/name` of the AIProviderRoute. */
  readonly route: string;
  /** Canonical: openai, anthropic, google_genai, azure_openai, aws_bedrock, custom. */
  readonly provider: string;
  /** Globs on the path without its query, as Go's path.Match: `*` does not cross `/`. Absent: any path. */
  readonly endpoints?: readonly string[];
  /** Globs on the model in the request body. Absent: any model. */
  readonly models?: readonly string[];
}

export interface CredentialEntry {
  /** `namespace/name` of the CredentialInjectionPolicy. */
  readonly policy: string;
  /** The route it is bound to, or every exchange of the gateway that matches a route of one of {@link ownHosts}. */
  readonly scope: { readonly kind: 'route'; readonly route: string } | { readonly kind: 'gateway' };
  /** Lower-case header name that is overwritten. */
  readonly header: string;
  /** `missing` refuses every exchange it applies to (503, naming the policy): a call never leaves without its credential. */
  readonly secret: { readonly state: 'present'; readonly value: string } | { readonly state: 'missing'; readonly why: string };
}

/**
 * Where the proxy asks the operator for its policy: a stream of JSON lines, each a whole Policy; an empty line is a heartbeat. Which policy
 * it is follows from the client certificate: that of the gateways which sandboxes of the proxy's own pod use.
 */
export const policyPath = '/v1/policy';
/** PUT: a {@link PolicyTaken} after every policy that was swapped in, so that the operator knows that a gateway is in effect. */
export const policyStatusPath = '/v1/policy/status';

export interface PolicyTaken {
  /** {@link Policy.version} that is in effect now. */
  readonly version: string;
}

/**
 * One sandbox handed to the proxy: PUT {@link admissionPath}<id> over the proxy's control socket, after its sockets
 * were sent as file descriptors (SCM_RIGHTS) in one datagram to the hand-off socket, whose payload is `token`.
 * The listener is the identity: what is accepted on it comes from this agent and nobody else.
 */
export interface Admission {
  readonly id: string;
  readonly token: string;
  readonly agent: AgentIdentity;
  /** `namespace/name` of the EgressGateway whose policy applies. */
  readonly gateway: string;
  /** Runtime that isolates it, for telemetry: gvisor, bubblewrap, namespaces. */
  readonly runtime: string;
  /** What the descriptors are, in the order they were sent. A `tcp` socket already listens; a `dns` socket is a bound UDP socket. */
  readonly sockets: readonly AdmittedSocket[];
}

export type AdmittedSocket = { readonly kind: 'tcp' } | { readonly kind: 'dns' };

/** Names below the directory that proxy and worker share. */
export const controlSocket = 'control.sock';
export const handoffSocket = 'handoff.sock';
/** PUT admits, DELETE ends one sandbox; GET without an id streams a heartbeat line a second, so that its end means that the proxy died. */
export const admissionPath = '/v1/sandboxes/';

const word = text(253, /^[^\s\p{Cc}]+$/u, 'one word');
const qualified = text(507, /^[^\s/\p{Cc}]+\/[^\s/\p{Cc}]+$/u, 'namespace/name');
const globs = list(text(1024), 64);

const agentIdentity = object<AgentIdentity>({
  kind: oneOf('DaemonAgent', 'TaskAgent'), namespace: word, name: word, uid: word, revision: word,
});

const credential = object<CredentialEntry>({
  policy: qualified,
  scope: tagged<CredentialEntry['scope']>('kind', {
    route: object<{ kind: 'route'; route: string }>({ kind: oneOf('route'), route: qualified }),
    gateway: object<{ kind: 'gateway' }>({ kind: oneOf('gateway') }),
  }),
  header: text(256, /^[a-z0-9!#$%&'*+.^_`|~-]+$/, 'a header name in lower case'),
  secret: tagged<CredentialEntry['secret']>('state', {
    present: object<{ state: 'present'; value: string }>({ state: oneOf('present'), value: text(65_536) }),
    missing: object<{ state: 'missing'; why: string }>({ state: oneOf('missing'), why: text(1024) }),
  }),
});

const gatewayPolicy = object<GatewayPolicy>({
  gateway: qualified,
  defaultPolicy: oneOf('allow-all', 'deny-all'),
  listeners: list(object<Listener>({ name: word, shape: oneOf('tls-terminate', 'http'), port: optional(integer(1, 65_535)) }), 64),
  authority: object<GatewayPolicy['authority']>({ certificate: text(65_536), key: text(65_536) }),
  routes: list(object<RouteEntry>({
    route: qualified, provider: word, endpoints: optional(globs), models: optional(globs),
  }), 4096),
  credentials: list(credential, 1024),
  captureBody: optional(object<{ maxBytes: number; includeContentTypes: readonly string[] }>({
    maxBytes: integer(0, 1_048_576), includeContentTypes: list(text(256), 64),
  })),
  requestTimeoutMs: integer(1, 86_400_000),
});

const policy = object<Policy>({ version: word, gateways: list(gatewayPolicy, 1024) });

const admission = object<Admission>({
  id: text(128, /^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'letters, digits, dots and dashes'),
  token: text(128, /^[\x21-\x7e]{16,}$/, 'at least 16 printable characters'),
  agent: agentIdentity,
  gateway: qualified,
  runtime: word,
  sockets: list(tagged<AdmittedSocket>('kind', {
    tcp: object<{ kind: 'tcp' }>({ kind: oneOf('tcp') }),
    dns: object<{ kind: 'dns' }>({ kind: oneOf('dns') }),
  }), 32),
});

/** Reads a policy that came over the wire. Throws an Error that names the path of what is wrong, never a value. */
export function parsePolicy(value: unknown): Policy {
  return policy(value, 'policy');
}

/** Reads an admission that came over the control socket. Throws an Error that names the path of what is wrong. */
export function parseAdmission(value: unknown): Admission {
  return admission(value, 'admission');
}

/** Where the public Internet ends. The proxy dials nothing reserved; the network policy of a worker's pod says the same below it. */
export const networks = {
  ipv4: {
    global: '0.0.0.0/0',
    reserved: [
      '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
      '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3',
      // Metadata and platform agents that clouds put on otherwise public-looking addresses.
      '168.63.129.16/32',
    ],
  },
  // Only global unicast is public; inside it, the ranges that embed or tunnel an IPv4 address and documentation are not.
  ipv6: { global: '2000::/3', reserved: ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] },
} as const;
