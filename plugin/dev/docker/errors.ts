// What can go wrong with a Docker engine, in words for a person.
import { UserError } from '../../exit.ts';

/** The engine's own refusal, or no answer at all (status 0). */
export class EngineError extends UserError {
  /** Of HTTP; 0 where nothing answered. */
  readonly status: number;
  /** The engine's words alone. */
  readonly said: string;

  constructor(message: string, extra: { readonly status: number; readonly said?: string; readonly hints?: readonly string[]; readonly cause?: unknown }) {
    super(message, extra.hints ?? [], extra.cause === undefined ? {} : { cause: extra.cause });
    this.name = 'EngineError';
    this.status = extra.status;
    this.said = extra.said ?? '';
  }
}

export const isAbsent = (error: unknown): boolean => error instanceof EngineError && error.status === 404;
export const isTaken = (error: unknown): boolean => error instanceof EngineError && error.status === 409;
/** Nothing answered: the engine may be about to come back. */
export const isAway = (error: unknown): boolean => error instanceof EngineError && error.status === 0;

const start = 'start Docker, or run without it: --cluster embedded';

/** Why nothing answered at an address. */
export function unreachable(where: string, error: unknown): EngineError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, readonly [string, ...string[]]>> = {
    ENOENT: ['there is no such socket', start],
    ECONNREFUSED: ['nobody listens there', start],
    EACCES: ['no permission to open it', 'join the group that may: sudo usermod -aG docker $USER, then log in again', 'or run without Docker: --cluster embedded'],
    EPERM: ['no permission to open it', 'run without Docker: --cluster embedded'],
    ENOTFOUND: ['the host name is not known', 'check DOCKER_HOST'],
    ENOTSOCK: ['it is no socket', 'check DOCKER_HOST'],
    UND_ERR_HEADERS_TIMEOUT: ['it does not answer', start],
    UND_ERR_CONNECT_TIMEOUT: ['it does not answer', start],
    UND_ERR_BODY_TIMEOUT: ['its answer broke off', 'try again'],
    UND_ERR_SOCKET: ['it closed the connection', 'look whether the engine runs, then try again'],
    ECONNRESET: ['it closed the connection', 'look whether the engine runs, then try again'],
    EPIPE: ['it closed the connection', 'look whether the engine runs, then try again'],
  };
  const [why, ...hints] = known[code] ?? (/CERT|SELF_SIGNED|UNABLE_TO/.test(code) ? [`its certificate is not accepted (${code})`, 'check DOCKER_CERT_PATH'] : [message || code, start]);
  return new EngineError(`the Docker engine at ${where} cannot be used: ${why}`, { status: 0, said: why, hints, cause: error });
}

/** What an answer that is no success says. */
export function refused(doing: string, status: number, body: string): EngineError {
  let said = body.trim().slice(0, 2000);
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    if (typeof message === 'string') said = message.trim().slice(0, 2000);
  } catch {
    // Not JSON: something in between answered, and its words are all there is.
  }
  return new EngineError(`${doing}: ${said || `the engine answered ${status}`}`, { status, said, hints: hintsFor(said) });
}

/** The engine's words for what a person can mend. */
const mendable: readonly (readonly [RegExp, string])[] = [
  [/no space left on device/, 'make room where Docker keeps its files: docker system df shows what takes it'],
  [/port is already allocated|address already in use/, 'something took the port meanwhile: try again'],
  [/pull access denied|requested access to the resource is denied|unauthorized/, 'log in to the registry: docker login, or name another image with --k3s-image'],
  [/manifest unknown|not found: manifest|manifest for .* not found/, 'check the name and the tag given to --k3s-image'],
  [/no such host|dial tcp|i\/o timeout|network is unreachable|TLS handshake timeout|server misbehaving|connection refused/, 'without a network, load the image from a file: docker load -i FILE'],
  [/could not find an available.*address pool|predefined address pools have been fully subnetted/, 'remove networks that nobody uses: docker network prune'],
];

const hintsFor = (said: string): readonly string[] => mendable.filter(([pattern]) => pattern.test(said)).map(([, hint]) => hint).slice(0, 1);
