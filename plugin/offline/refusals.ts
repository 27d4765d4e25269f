// The refusals of the stand-in, in the provider's own shape: status and error type, once for all.

const statuses = {
  invalid_request_error: 400,
  authentication_error: 401,
  not_found_error: 404,
  method_not_allowed: 405,
  request_too_large: 413,
  api_error: 500,
  overloaded_error: 529,
} as const;

export interface Refusal {
  readonly refused: keyof typeof statuses;
  readonly message: string;
}

export const refusal = (refused: Refusal['refused'], message: string): Refusal => ({ refused, message });

export const statusOf = (because: Refusal): number => statuses[because.refused];

/** The body the real provider would send; a wrong method is its `invalid_request_error` under status 405. */
export function refusalBody(because: Refusal, requestId: string): string {
  const type = because.refused === 'method_not_allowed' ? 'invalid_request_error' : because.refused;
  return JSON.stringify({ type: 'error', error: { type, message: because.message }, request_id: requestId });
}
