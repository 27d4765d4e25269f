// The table of everything the proxy says no to: status, words for the agent in its own dialect, reason for the record.
import type { Dialect } from './providers/list.ts';

export interface Refusal {
  readonly status: number;
  /** `error.type` of Anthropic's error shape, which is the richest; the other dialects derive from the status. */
  readonly anthropic: string;
  readonly message: string;
  /** Whether it is a decision of policy (`clrk.egress.deny_reason`) or a failure (`clrk.egress.failure_reason`). */
  readonly kind: 'denied' | 'failed';
}

const denied = (status: number, anthropic: string, message: string): Refusal => ({ status, anthropic, message, kind: 'denied' });
const failed = (status: number, anthropic: string, message: string): Refusal => ({ status, anthropic, message, kind: 'failed' });

export const refusals = {
  bad_request: denied(400, 'invalid_request_error', 'the request is not well-formed HTTP/1.1'),
  bad_host: denied(400, 'invalid_request_error', 'the request must carry exactly one Host header that names a valid host'),
  bad_path: denied(400, 'invalid_request_error', 'the request path must be absolute and without dot segments'),
  ambiguous_model: denied(400, 'invalid_request_error', 'the request body names its model more than once'),
  headers_too_large: denied(431, 'invalid_request_error', 'the request headers are larger than the egress gateway accepts (32 KiB, 128 headers)'),
  header_timeout: denied(408, 'invalid_request_error', 'the request headers did not arrive in time'),
  body_too_large: denied(413, 'request_too_large', 'the request body is larger than the egress gateway reads to find the model (8 MiB)'),
  method: denied(405, 'invalid_request_error', 'the egress gateway does not forward this method'),
  expectation: denied(417, 'invalid_request_error', 'the egress gateway knows no expectation but 100-continue'),
  upgrade: denied(501, 'invalid_request_error', 'the egress gateway does not forward protocol upgrades; use plain HTTP/1.1 requests'),
  host_mismatch: denied(421, 'invalid_request_error', 'the Host header differs from the name the connection was opened for'),
  no_policy: denied(503, 'api_error', 'the egress gateway has no policy yet; try again'),
  host: denied(403, 'permission_error', 'this host is not open to this agent; an AIProviderRoute attached to its EgressGateway for the provider of this host would allow it'),
  request: denied(403, 'permission_error', 'no AIProviderRoute attached to the EgressGateway matches this path and model; a match for them in the route of this provider would allow it'),
  credential_missing: denied(503, 'api_error', 'the credential for this call is not available'),
  credential_cleartext: denied(403, 'permission_error', 'a credential applies to this call, and credentials only travel over https'),
  credential_host: denied(403, 'permission_error', 'a credential is bound to the route that matches, but the route does not say which host may have it (a provider of "custom" or "azure-openai" covers hosts of anybody)'),
  too_many_bodies: denied(429, 'rate_limit_error', 'the egress gateway holds as many request bodies of this agent as it may (64 MiB); let earlier calls finish first'),
  address: denied(403, 'permission_error', 'the host resolves to a private, local or otherwise reserved address'),
  resolve: failed(502, 'api_error', 'the host name could not be resolved by the egress gateway'),
  connect: failed(502, 'api_error', 'the upstream refused the connection or did not answer it'),
  certificate: failed(502, 'api_error', 'the upstream certificate is not valid for this host'),
  upstream_reset: failed(502, 'api_error', 'the upstream closed the connection before it answered'),
  upstream_garbage: failed(502, 'api_error', 'the upstream did not answer with valid HTTP'),
  timeout: failed(504, 'timeout_error', 'the upstream did not finish within the request timeout of the egress gateway'),
  internal: failed(500, 'api_error', 'the egress gateway met an unexpected error'),
} as const satisfies Readonly<Record<string, Refusal>>;

export type RefusalCode = keyof typeof refusals;

export interface Refused {
  readonly code: RefusalCode;
  /** Names from policy that help a person, e.g. which policy lacks its secret. Never text from an exception. */
  readonly detail?: string;
}

/** What the agent reads: JSON in the error shape that the client library of this provider understands. */
export function refusalBody(refused: Refused, dialect: Dialect): string {
  const { status, anthropic, message: words } = refusals[refused.code];
  const message = `clrk: ${words}${refused.detail === undefined ? '' : `: ${refused.detail}`}`;
  switch (dialect) {
    case 'anthropic':
      return JSON.stringify({ type: 'error', error: { type: anthropic, message } });
    case 'openai':
      return JSON.stringify({ error: { message, type: status >= 500 ? 'server_error' : 'invalid_request_error', param: null, code: refused.code } });
    case 'google':
      return JSON.stringify({ error: { code: status, message, status: googleStatus(status) } });
    case 'bedrock':
      return JSON.stringify({ message });
    case 'plain':
      return JSON.stringify({ error: message });
  }
}

function googleStatus(status: number): string {
  if (status === 403) return 'PERMISSION_DENIED';
  if (status === 429) return 'RESOURCE_EXHAUSTED';
  if (status === 504) return 'DEADLINE_EXCEEDED';
  return status >= 500 ? 'UNAVAILABLE' : 'INVALID_ARGUMENT';
}
