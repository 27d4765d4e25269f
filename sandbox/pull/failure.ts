// Every way a pull can fail, as the sentence a person reads: what happened, and what to do.

/** An image that is not here yet: its sandbox waits for it. */
export class NoImage extends Error {}

export type FailureKind = keyof typeof sentences;

/** What was being fetched; `detail` is what the machine or the registry said. */
export interface About {
  readonly image: string;
  readonly registry: string;
  readonly detail?: string;
}

const give = (image: string): string => `save it with "docker save" and give it with --image ${image}=FILE`;
const because = (detail: string | undefined): string => (detail === undefined ? '' : ` (${detail})`);

const sentences = {
  'not-found': ({ image, registry }: About) =>
    `image ${image} is not at ${registry}, or it is private: check its name and tag; a private one cannot be pulled yet: ${give(image)}`,
  unauthorized: ({ image, registry, detail }: About) =>
    `${registry} does not give image ${image} without a password${because(detail)}: it is private, or its name is wrong: check the name and make it public, or ${give(image)}`,
  unreachable: ({ image, registry, detail }: About) =>
    `image ${image} cannot be pulled: ${registry} cannot be reached${because(detail)}: check this machine's network and the name of the registry; without a network, ${give(image)}`,
  untrusted: ({ image, registry, detail }: About) =>
    `image ${image} cannot be pulled: the certificate of ${registry} is not trusted${because(detail)}: it must be from a public authority`,
  plain: ({ image, registry }: About) =>
    `image ${image} cannot be pulled: ${registry} does not speak TLS: if it is meant to be plain http, name it with --insecure-registry ${registry}`,
  'wrong-platform': ({ image, detail }: About) =>
    `image ${image} is not made for this machine${because(detail)}: build it for this one too (docker buildx build --platform), or name another`,
  damaged: ({ image, registry, detail }: About) =>
    `what ${registry} sent for image ${image} is not what its digest says${because(detail)}: nothing of it is used; push it anew if this stays`,
  'disk-full': ({ image, detail }: About) =>
    `image ${image} does not fit on the disk${because(detail)}: make room; images that no agent uses are removed already`,
  'too-large': ({ image, detail }: About) => `image ${image} is larger than this worker takes${because(detail)}: make it smaller`,
  'rate-limited': ({ image, registry, detail }: About) =>
    `${registry} says that it was asked too often for image ${image}${because(detail)}: it is tried again later; to go on now, ${give(image)}`,
  stalled: ({ image, registry, detail }: About) => `the pull of image ${image} stands still: ${registry} sends nothing more${because(detail)}; it goes on from there at the next try`,
  broken: ({ image, registry, detail }: About) => `the pull of image ${image} from ${registry} broke off${because(detail)}; it goes on from there at the next try`,
  refused: ({ image, registry, detail }: About) => `${registry} cannot give image ${image} now${because(detail)}; it is tried again`,
  unusable: ({ image, detail }: About) => `image ${image} cannot be used${because(detail)}: build it as a container image of OCI's or Docker's present format`,
} as const satisfies Record<string, (about: About) => string>;

/** What may be gone a second later, so that one pull tries it a few times. */
const passing: readonly string[] = ['stalled', 'broken', 'refused', 'rate-limited'];

export class PullFailure extends NoImage {
  readonly kind: FailureKind;
  readonly detail: string | undefined;
  /** How long the registry asks us to wait. */
  readonly waitMs: number | undefined;

  constructor(kind: FailureKind, about: About, more: { readonly cause?: unknown; readonly waitMs?: number } = {}) {
    super(sentences[kind](about), { cause: more.cause });
    this.kind = kind;
    this.detail = about.detail;
    this.waitMs = more.waitMs;
  }

  get isPassing(): boolean {
    return passing.includes(this.kind);
  }
}

const absent: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'no name server answers',
  ECONNREFUSED: 'nothing listens there',
  ENETUNREACH: 'there is no way to it',
  EHOSTUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
};

const lost: readonly string[] = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

/** What an error of the network, the file system or a layer means for the pull. */
export function failureOf(error: unknown, about: About): PullFailure {
  if (error instanceof PullFailure) return error;
  const { code, message } = innermost(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new PullFailure('disk-full', { ...about, detail: code }, { cause: error });
  // fetch keeps some ports for other protocols, whoever listens there.
  const why = message === 'bad port' ? 'a registry cannot have this port' : absent[code];
  if (why !== undefined) return new PullFailure('unreachable', { ...about, detail: why }, { cause: error });
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' || code === 'EPROTO') return new PullFailure('plain', about, { cause: error });
  if (/^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS_)/.test(code)) return new PullFailure('untrusted', { ...about, detail: code }, { cause: error });
  return new PullFailure('broken', { ...about, detail: lost.includes(code) ? 'the connection was lost' : code === '' ? message : code }, { cause: error });
}

/** fetch says only that it failed; why stands in the cause of the cause. */
function innermost(error: unknown): { readonly code: string; readonly message: string } {
  let at = error;
  for (let depth = 0; depth < 5 && at instanceof Error && at.cause instanceof Error && codeOf(at) === ''; depth++) at = at.cause;
  return { code: codeOf(at), message: at instanceof Error ? at.message.slice(0, 200) : String(at).slice(0, 200) };
}

export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}
