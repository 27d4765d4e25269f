// Asks one registry for one repository: tokens, redirects, time limits, and answers that are read with bounds.
import { version } from '../../proxy/telemetry/version.ts';
import { tokenUrl } from './challenge.ts';
import { failureOf, PullFailure, type About, type FailureKind } from './failure.ts';
import { apiRoot, type Reference } from './reference.ts';

/** How long what may take. */
export interface Patience {
  /** From a request to the head of its answer. */
  readonly answerMs: number;
  /** In this time {@link leastBytes} of a body must come. */
  readonly stallMs: number;
  /** Pauses between tries of one pull. */
  readonly pausesMs: readonly number[];
}

export const usualPatience: Patience = { answerMs: 20_000, stallMs: 30_000, pausesMs: [500, 2000, 5000] };

export interface Site {
  /** Registries that speak http without TLS. */
  readonly plainRegistries: ReadonlySet<string>;
  readonly patience: Patience;
}

export interface Asked {
  readonly method?: 'GET' | 'HEAD';
  readonly accept?: string;
  /** Everything from this byte on. */
  readonly from?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Throws when the body stalls or breaks off; ends the request when it is left early. */
  readonly body: () => AsyncGenerator<Buffer>;
}

/** A trickle below this is as good as nothing, and would hold a place for ever. */
const leastBytes = 8192;
const mostRedirects = 5;
const longestToken = 64 * 1024;
const longestAskedWaitMs = 10_000;

/** What the requests of one pull have in common. */
interface Pass {
  token: string | undefined;
  /** Under way: those who need a token at the same time get one together. */
  asking: Promise<void> | undefined;
}

export class Registry {
  readonly about: About;
  readonly #reference: Reference;
  readonly #root: URL;
  readonly #site: Site;
  readonly #signal: AbortSignal;
  readonly #pass: Pass;

  constructor(reference: Reference, site: Site, signal: AbortSignal, pass: Pass = { token: undefined, asking: undefined }) {
    this.#pass = pass;
    this.#reference = reference;
    this.#site = site;
    this.#signal = signal;
    this.#root = new URL(apiRoot(reference, site.plainRegistries));
    this.about = { image: reference.text, registry: reference.registry };
  }

  /** The same with another end. */
  until(signal: AbortSignal): Registry {
    return new Registry(this.#reference, this.#site, signal, this.#pass);
  }

  /** `path` is that below the repository: `manifests/latest`. Throws a PullFailure for every answer that is no success. */
  async ask(path: string, asked: Asked): Promise<Answer> {
    const url = new URL(`/v2/${this.#reference.repository}/${path}`, this.#root);
    try {
      const before = this.#pass.token;
      let answer = await this.#follow(url, asked);
      const challenge = answer.headers.get('www-authenticate');
      if (answer.status === 401 && challenge !== null) {
        if (this.#pass.asking !== undefined || this.#pass.token === before) await this.#logIn(challenge);
        answer = await this.#follow(url, asked);
      }
      if (answer.status === 200 || answer.status === 206) return answer;
      throw this.#refusal(answer);
    } catch (error) {
      this.#signal.throwIfAborted();
      throw failureOf(error, this.about);
    }
  }

  /** The whole of an answer that must be small. */
  async document(answer: Answer, most: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of answer.body()) {
      length += piece.length;
      if (length > most) throw this.failure('unusable', `the registry sent a description of more than ${most} bytes`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  failure(kind: FailureKind, detail?: string): PullFailure {
    return new PullFailure(kind, { ...this.about, ...(detail === undefined ? {} : { detail }) });
  }

  async #follow(first: URL, asked: Asked): Promise<Answer> {
    let url = first;
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const answer = await this.#send(url, asked);
      const to = answer.headers.get('location');
      if (![301, 302, 303, 307, 308].includes(answer.status) || to === null) return answer;
      if (!URL.canParse(to, url.href)) throw this.failure('refused', 'it redirects to an address that is none');
      url = new URL(to, url);
      const isFair = url.protocol === 'https:' || (url.protocol === 'http:' && this.#root.protocol === 'http:');
      if (!isFair) throw this.failure('refused', `it redirects to ${url.protocol}//${url.host}, which is not TLS`);
    }
    throw this.failure('refused', `it redirects more than ${mostRedirects} times`);
  }

  async #send(url: URL, { method = 'GET', accept, from }: Asked): Promise<Answer> {
    const headers = new Headers({ 'user-agent': `clrk/${version}`, 'accept-encoding': 'identity' });
    if (accept !== undefined) headers.set('accept', accept);
    if (from !== undefined && from > 0) headers.set('range', `bytes=${from}-`);
    // The token is the registry's alone: where a redirect leads, nobody learns it.
    if (this.#pass.token !== undefined && url.origin === this.#root.origin) headers.set('authorization', `Bearer ${this.#pass.token}`);
    const ending = new AbortController();
    const signal = AbortSignal.any([this.#signal, ending.signal]);
    const seconds = this.#site.patience.answerMs / 1000;
    const late = setTimeout(() => ending.abort(this.failure('unreachable', `it does not answer within ${seconds} seconds`)), this.#site.patience.answerMs);
    try {
      const response = await fetch(url, { method, headers, signal, redirect: 'manual' });
      const { status, headers: got, body } = response;
      if (status !== 200 && status !== 206) await body?.cancel();
      return { status, headers: got, body: () => this.#pieces(body, ending) };
    } finally {
      clearTimeout(late);
    }
  }

  async *#pieces(body: ReadableStream<Uint8Array> | null, ending: AbortController): AsyncGenerator<Buffer> {
    if (body === null) return;
    const { stallMs } = this.#site.patience;
    let bytes = 0;
    const watch = setInterval(() => {
      if (bytes < leastBytes) ending.abort(this.failure('stalled', `for ${stallMs / 1000} seconds`));
      bytes = 0;
    }, stallMs);
    try {
      for await (const piece of body) {
        bytes += piece.length;
        yield Buffer.from(piece.buffer, piece.byteOffset, piece.length);
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      throw failureOf(error, this.about);
    } finally {
      clearInterval(watch);
    }
  }

  async #logIn(challenge: string): Promise<void> {
    this.#pass.asking ??= this.#askToken(challenge).finally(() => {
      this.#pass.asking = undefined;
    });
    await this.#pass.asking;
  }

  /** A token for anybody: no name and no password is sent. */
  async #askToken(challenge: string): Promise<void> {
    const isPlain = this.#root.protocol === 'http:';
    const url = tokenUrl(challenge, this.#reference.repository, isPlain);
    if (url === undefined) throw this.failure('unauthorized', 'it offers no token that anybody may have');
    this.#pass.token = undefined;
    const answer = await this.#follow(url, { accept: 'application/json' });
    if (answer.status === 401 || answer.status === 403) throw this.failure('unauthorized');
    if (answer.status !== 200) throw this.#refusal(answer);
    this.#pass.token = tokenOf(await this.document(answer, longestToken));
    if (this.#pass.token === undefined) throw this.failure('refused', `what ${url.host} answers is no token`);
  }

  #refusal({ status, headers }: Answer): PullFailure {
    const detail = `status ${status}`;
    if (status === 401 || status === 403) return this.failure('unauthorized', detail);
    if (status === 404) return this.failure('not-found');
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    if (status !== 429) return this.failure('refused', detail);
    if (!(seconds * 1000 > longestAskedWaitMs)) return new PullFailure('rate-limited', this.about, { waitMs: seconds >= 0 ? seconds * 1000 : 0 });
    return new PullFailure('rate-limited', { ...this.about, detail: `it asks to wait ${seconds} seconds` }, { waitMs: seconds * 1000 });
  }
}

/** Some registries say `token`, some `access_token`; what could not stand in a header is none. */
function tokenOf(bytes: Buffer): string | undefined {
  try {
    const value = JSON.parse(bytes.toString('utf8')) as { readonly token?: unknown; readonly access_token?: unknown } | null;
    const token = value?.token ?? value?.access_token;
    return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
