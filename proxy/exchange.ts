// THE request: normalise, route, credential, attempt; always ends in exactly one record.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Span } from '@opentelemetry/api';
import { answerRefusal, closeAfter } from './answer.ts';
import type { Audit } from './audit.ts';
import type { Dialer } from './dial.ts';
import type { Flow, Running } from './flow.ts';
import { bodyLength, contentCoding, contentType, endToEnd, valueOf } from './headers.ts';
import { modelIn } from './model.ts';
import type { LiveGateway, LivePolicy } from './policy.ts';
import { modelInPath, providerOf, type Provider } from './providers/list.ts';
import { Redactor } from './redact.ts';
import { refusals, type RefusalCode } from './refusals.ts';
import { relay } from './relay.ts';
import { inject, withoutKeys } from './steps/credentials.ts';
import { decide, type Allowed } from './steps/decide.ts';
import { normalise, type Destination } from './steps/normalise.ts';
import { needsModel } from './steps/route.ts';
import { Gather } from './gather.ts';
import { isStream, Tap } from './tap.ts';
import { parentContext, traceparent } from './trace-context.ts';
import { gatherBody, maxReadBodyBytes, smallBodyBytes, Upload, type HeldBodies, type Hold } from './upload.ts';

export interface ExchangeParts {
  readonly policy: () => LivePolicy | undefined;
  readonly dialer: Dialer;
  readonly audit: Audit;
  readonly held: HeldBodies;
}

/** A model stands near the beginning of a body; a longer search is not worth it where no route depends on it. */
const modelSearchBytes = 16_384;
const noRedaction = new Redactor([]);

export class Exchange implements Running {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #flow: Flow;
  readonly #parts: ExchangeParts;
  readonly #parent: Context;
  readonly #span: Span;
  readonly #startedAt = performance.now();
  readonly #onOver: () => void;
  #gateway: LiveGateway | undefined;
  #to: Destination | undefined;
  readonly #provider: Provider | undefined;
  #route: string | undefined;
  #model: string | undefined;
  #refused: RefusalCode | undefined;
  #status = 0;
  #sentHeaders: readonly string[];
  #gotHeaders: readonly string[] = [];
  #redactor = noRedaction;
  #requestTap: Tap | undefined;
  #responseTap: Tap | undefined;
  #search: Gather | undefined;
  #cancel: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #hold: Hold;
  #isOffline = false;
  #isOver = false;
  #isAnswered = false;

  constructor(request: IncomingMessage, response: ServerResponse, flow: Flow, parts: ExchangeParts & { readonly onOver: () => void }) {
    this.#request = request;
    this.#response = response;
    this.#flow = flow;
    this.#parts = parts;
    this.#onOver = parts.onOver;
    this.#hold = parts.held.hold(flow.sandbox.id);
    this.#sentHeaders = request.rawHeaders;
    // Only what is sent over TLS is proven to reach the provider.
    this.#provider = flow.scheme === 'https' && flow.host !== undefined ? providerOf(flow.host) : undefined;
    this.#parent = parentContext(valueOf(request.rawHeaders, 'traceparent'));
    this.#span = parts.audit.start(this.#parent);
    response.on('close', () => this.gone());
    request.on('error', () => undefined);
  }

  /** The ordered steps; a fault in any of them is answered like a refusal and never leaves this function. */
  async run(): Promise<void> {
    try {
      await this.#steps();
    } catch {
      await this.#refuse('internal');
    }
  }

  malformed(): void {
    void this.#refuse('bad_request');
  }

  gone(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#cancel();
    this.#hold.release();
    this.#onOver();
    const settle = [closeAfter(this.#request), this.#record(performance.now() - this.#startedAt)];
    // The agent has its answer: nothing here may take the process down any more.
    for (const work of settle) work.catch(() => undefined);
  }

  async #steps(): Promise<void> {
    this.#gateway = this.#parts.policy()?.gateways.get(this.#flow.sandbox.gateway);
    const head = { method: this.#request.method ?? '', target: this.#request.url ?? '', httpVersion: this.#request.httpVersion, rawHeaders: this.#request.rawHeaders };
    const to = normalise(head, this.#flow);
    if (typeof to === 'string') return this.#refuse(to);
    this.#to = to;
    this.#model = modelInPath(this.#provider, to.path);
    const length = bodyLength(this.#request.rawHeaders);
    let judgedBy: LivePolicy | undefined;
    let body: Buffer | undefined;
    let decided: Allowed;
    // Policy may change while a body is read; what goes upstream was allowed, and has its credential, at that moment.
    do {
      judgedBy = this.#parts.policy();
      const gateway = judgedBy?.gateways.get(this.#flow.sandbox.gateway);
      if (gateway === undefined) return this.#refuse('no_policy');
      this.#gateway = gateway;
      this.#timer ??= setTimeout(() => void this.#refuse('timeout'), gateway.requestTimeoutMs);
      if (needsModel(gateway, to.host, to.path)) {
        body ??= await this.#gather(maxReadBodyBytes);
        if (body === undefined) return;
        const found = modelIn(contentCoding(this.#request.rawHeaders) === undefined ? body : Buffer.alloc(0));
        if (found.kind === 'ambiguous') return this.#refuse('ambiguous_model');
        if (found.kind === 'model') this.#model ??= found.model;
      }
      const verdict = decide(gateway, { scheme: this.#flow.scheme, host: to.host, path: to.path, model: this.#model });
      this.#route = verdict.route;
      this.#redactor = new Redactor(verdict.credentials);
      if (verdict.kind === 'refused') return this.#refuse(verdict.code, verdict.detail);
      decided = verdict;
      if (body === undefined && length > 0 && length <= smallBodyBytes) {
        body = await this.#gather(smallBodyBytes);
        if (body === undefined) return;
      }
    } while (this.#parts.policy() !== judgedBy);
    if (this.#isOver || this.#isAnswered) return;
    this.#attempt({ ...to, target: withoutKeys(to.target, decided) }, decided, body ?? (length > 0 ? new Upload(this.#request, (chunk) => this.#onUpload(chunk)) : null));
  }

  #attempt(to: Destination, decided: Allowed, body: Buffer | Upload | null): void {
    const headers = inject(this.#outgoing(to), decided);
    this.#sentHeaders = headers;
    this.#to = to;
    const tapped = { capture: this.#gateway?.captureBody, redactor: this.#redactor };
    this.#requestTap = new Tap({ ...tapped, contentType: contentType(headers), contentEncoding: contentCoding(this.#request.rawHeaders), wantsUsage: false });
    if (this.#provider !== undefined && this.#model === undefined && contentCoding(this.#request.rawHeaders) === undefined) this.#search = new Gather(modelSearchBytes);
    if (Buffer.isBuffer(body)) this.#onUpload(body);
    if (body instanceof Upload) this.#invite();
    const target = { scheme: this.#flow.scheme, host: to.host, port: to.port };
    this.#isOffline = this.#parts.dialer.isOffline(target);
    this.#cancel = relay({
      pool: this.#parts.dialer.pool(this.#flow.sandbox.id, target),
      method: to.method,
      target: to.target,
      headers,
      body,
      response: this.#response,
      onHead: (status, received) => {
        this.#status = status;
        this.#gotHeaders = received;
        const wantsUsage = this.#provider?.operation(to.path) !== undefined;
        this.#responseTap = new Tap({ ...tapped, contentType: contentType(received), contentEncoding: contentCoding(received), wantsUsage });
        this.#response.sendDate = false;
      },
      onChunk: (chunk) => this.#responseTap?.add(chunk),
      onFailure: (code) => void this.#refuse(code),
    });
  }

  #onUpload(chunk: Buffer): void {
    this.#requestTap?.add(chunk);
    this.#search?.add(chunk);
  }

  /** The whole body; undefined when it could not be had and the agent was told. */
  async #gather(max: number): Promise<Buffer | undefined> {
    this.#invite();
    const body = await gatherBody(this.#request, max, this.#hold);
    if (Buffer.isBuffer(body)) return body;
    if (body === 'too-large') await this.#refuse('body_too_large');
    if (body === 'no-room') await this.#refuse('too_many_bodies');
    return undefined;
  }

  /** A client that asked first sends its body only now, when policy has let the request pass this far. */
  #invite(): void {
    if (valueOf(this.#request.rawHeaders, 'expect') !== undefined && !this.#response.headersSent) this.#response.writeContinue();
  }

  #outgoing(to: Destination): string[] {
    const headers = ['host', to.authority, ...endToEnd(this.#request.rawHeaders, ['host'])];
    if (valueOf(headers, 'traceparent') === undefined) headers.push('traceparent', traceparent(this.#span));
    return headers;
  }

  async #refuse(code: RefusalCode, detail?: string): Promise<void> {
    if (this.#isOver || this.#isAnswered) return;
    this.#isAnswered = true;
    this.#refused = code;
    this.#cancel();
    clearTimeout(this.#timer);
    if (!this.#response.headersSent) this.#status = refusals[code].status;
    await answerRefusal(this.#request, this.#response, { code, ...(detail === undefined ? {} : { detail }) }, this.#provider?.dialect ?? 'plain');
  }

  async #record(durationMs: number): Promise<void> {
    const [sent, got] = await Promise.all([this.#requestTap?.finish(), this.#responseTap?.finish()]);
    const to = this.#to;
    // A target that was refused is shown as far as it can be shown.
    const asked = to === undefined ? (this.#request.url ?? '').slice(0, 512).replace(/\?.*|[^\x21-\x7e]/gs, '') : '';
    const found = this.#search === undefined ? undefined : modelIn(this.#search.bytes());
    const model = this.#model ?? (found?.kind === 'model' ? found.model : undefined);
    this.#parts.audit.exchange(this.#span, this.#parent, {
      sandbox: this.#flow.sandbox,
      defaultPolicy: this.#gateway?.defaultPolicy,
      scheme: this.#flow.scheme,
      method: this.#request.method ?? '',
      authority: to?.authority ?? this.#flow.host ?? this.#flow.address,
      host: to?.host ?? this.#flow.host ?? this.#flow.address,
      port: this.#flow.port,
      target: to?.target ?? asked,
      path: to?.path ?? asked,
      address: this.#flow.address,
      status: this.#status,
      durationMs,
      requestBytes: this.#requestTap?.bytes ?? 0,
      responseBytes: this.#responseTap?.bytes ?? 0,
      responseChunks: this.#responseTap?.chunks ?? 0,
      provider: this.#provider?.name,
      operation: to === undefined ? undefined : this.#provider?.operation(to.path),
      requestModel: model === undefined ? undefined : this.#redactor.text(model.slice(0, 256)),
      usage: got?.usage ?? {},
      isStream: isStream(contentType(this.#gotHeaders)),
      route: this.#route,
      refused: this.#refused,
      offline: this.#isOffline,
      requestHeaders: this.#sentHeaders,
      responseHeaders: this.#gotHeaders,
      requestBody: sent?.captured,
      responseBody: got?.captured,
      redactor: this.#redactor,
    });
  }
}
