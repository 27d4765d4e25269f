// What goes wrong between us and an API server, sorted once: the server's own answer, or no answer.

/** The part of a Kubernetes Status object that programs look at. */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[]; readonly retryAfterSeconds?: number };
}

export class KubeError extends Error {
  override readonly name = 'KubeError';
  /** HTTP status; 0 when no answer came. */
  readonly code: number;
  /** As Kubernetes names it, e.g. `Conflict`; `Unreachable` when no answer came. */
  readonly reason: string;
  readonly status: Status | undefined;
  /** What to do about it. */
  readonly hints: readonly string[];

  constructor(message: string, about: { code: number; reason: string; status?: Status; hints?: readonly string[]; cause?: unknown }) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause });
    this.code = about.code;
    this.reason = about.reason;
    this.status = about.status;
    this.hints = about.hints ?? [];
  }
}

const reasons: Readonly<Record<number, string>> = { 400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 405: 'MethodNotAllowed', 409: 'Conflict', 410: 'Expired', 413: 'RequestEntityTooLarge', 415: 'UnsupportedMediaType', 422: 'Invalid', 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServiceUnavailable', 504: 'Timeout' };

function parseStatus(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Status) : undefined;
  } catch {
    return undefined;
  }
}

/** The server said no. */
export function refusal(code: number, body: string, server: string): KubeError {
  const status = parseStatus(body);
  const said = typeof status?.message === 'string' && status.message ? status.message : body.trim().slice(0, 400);
  const hints = code === 401 ? [`the server ${server} does not know these credentials; check \`kubectl config view --minify\``] : [];
  return new KubeError(said || `the server ${server} answered ${code}`, {
    code,
    reason: typeof status?.reason === 'string' && status.reason ? status.reason : (reasons[code] ?? 'Unknown'),
    ...(status ? { status } : {}),
    hints,
  });
}

const causes: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ECONNREFUSED: ['nothing listens there', 'start the cluster (`kubectl clrk dev` for the local one), or name another with --context or --kubeconfig'],
  ENOTFOUND: ['its name does not resolve', 'check the server in `kubectl config view --minify`'],
  EAI_AGAIN: ['its name does not resolve at the moment', 'check the network and the server in `kubectl config view --minify`'],
  ETIMEDOUT: ['it does not answer', 'check the network and the server in `kubectl config view --minify`'],
  EHOSTUNREACH: ['there is no way to it', 'check the network and the server in `kubectl config view --minify`'],
  ENETUNREACH: ['there is no way to it', 'check the network and the server in `kubectl config view --minify`'],
  ECONNRESET: ['it closed the connection', 'check that the cluster is up'],
  EPIPE: ['it closed the connection', 'check that the cluster is up'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'check the clock of this machine and the certificate of the cluster'],
};
const untrusted = ['it shows a certificate that the kubeconfig does not trust', 'the cluster may have been made anew: fetch its kubeconfig again'] as const;

/** A proxy on the way there. What it wants to know about us, its URL may hold. */
const way = (proxy: string): string => {
  const url = URL.parse(proxy);
  return url ? `${url.protocol}//${url.host}` : 'that cannot be read';
};

/** No answer came, or half of one. `proxy`: what the kubeconfig has in between, where the fault then may be. */
export function unreachable(server: string, cause: unknown, proxy?: string): KubeError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const certificate = /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY|ALTNAME/.test(code);
  const known = causes[code] ?? (certificate ? untrusted : undefined);
  const what = known?.[0] ?? (cause instanceof Error ? cause.message : String(cause));
  if (proxy !== undefined) return new KubeError(`reaching the API server ${server} through the proxy ${way(proxy)}: ${what}`, { code: 0, reason: 'Unreachable', hints: ['check the proxy, which is the proxy-url of the cluster in `kubectl config view --minify`'], cause });
  return new KubeError(`reaching the API server ${server}: ${what}`, { code: 0, reason: 'Unreachable', hints: known ? [known[1]] : [], cause });
}

/** The server let nobody in, and the reason lies here. */
export const certificateEnded = (end: Date): KubeError =>
  new KubeError(`the client certificate of this kubeconfig ended at ${end.toISOString()}`, { code: 401, reason: 'Unauthorized', hints: ['fetch the kubeconfig again from whoever gave it to you', 'if that is wrong, check the clock of this machine'] });

const has = (error: unknown, code: number): boolean => error instanceof KubeError && error.code === code;
export const isForbidden = (error: unknown): boolean => has(error, 403);
export const isNotFound = (error: unknown): boolean => has(error, 404);
export const isConflict = (error: unknown): boolean => has(error, 409);
export const isExpired = (error: unknown): boolean => has(error, 410);
export const isUnreachable = (error: unknown): boolean => has(error, 0);
