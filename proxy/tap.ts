// Listens to one body as it passes: counts it, reads usage from it, and keeps what the gateway wants captured.
import { Gather } from './gather.ts';
import type { Redactor } from './redact.ts';
import { isIdentity, looksPacked, unpack } from './unpack.ts';
import { UsageScanner, usageOfJson, type Usage } from './usage.ts';

/** A captured body as it goes into a span event. */
export interface Captured {
  readonly bytes: number;
  readonly truncated: boolean;
  readonly base64: string;
  readonly contentEncoding: string | undefined;
}

export interface TapOptions {
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
  readonly capture: { readonly maxBytes: number; readonly includeContentTypes: readonly string[] } | undefined;
  readonly wantsUsage: boolean;
  readonly redactor: Redactor;
}

/** What a body said. */
export interface Heard {
  readonly usage: Usage;
  readonly captured: Captured | undefined;
}

/** A reply this long is read for usage; whatever unpacks is bounded again. */
const maxReadBytes = 1_048_576;

export class Tap {
  readonly #options: TapOptions;
  readonly #capture: Gather | undefined;
  readonly #scanner: UsageScanner | undefined;
  readonly #whole: Gather | undefined;
  #start: Buffer = Buffer.alloc(0);
  bytes = 0;
  chunks = 0;

  constructor(options: TapOptions) {
    this.#options = options;
    const captures = options.capture !== undefined && options.capture.maxBytes > 0 && isIncluded(options.contentType, options.capture.includeContentTypes);
    const plain = isIdentity(options.contentEncoding);
    if (plain && captures) this.#capture = new Gather((options.capture?.maxBytes ?? 0) + options.redactor.margin, keeps(options.contentType));
    if (plain && options.wantsUsage && isStream(options.contentType)) this.#scanner = new UsageScanner();
    // A packed body can only be read from its start, for usage and for capture alike.
    const read = options.wantsUsage && (isJson(options.contentType) || isStream(options.contentType));
    if (plain ? read && this.#scanner === undefined : read || captures) this.#whole = new Gather(maxReadBytes);
  }

  add(chunk: Buffer): void {
    if (this.bytes < 4) this.#start = Buffer.concat([this.#start, chunk.subarray(0, 4)]);
    this.bytes += chunk.length;
    this.chunks++;
    this.#capture?.add(chunk);
    this.#scanner?.add(chunk);
    this.#whole?.add(chunk);
  }

  /** Called once, when the body is over or cut off. */
  async finish(): Promise<Heard> {
    const { usage, captured } = await this.#heard();
    // The model is text of the upstream like any other.
    return { usage: usage.model === undefined ? usage : { ...usage, model: this.#options.redactor.text(usage.model) }, captured };
  }

  async #heard(): Promise<Heard> {
    const { contentEncoding, capture, contentType, wantsUsage } = this.#options;
    if (isIdentity(contentEncoding)) {
      const usage = this.#scanner?.usage ?? (this.#whole === undefined ? {} : usageOfJson(this.#whole.bytes()));
      return { usage, captured: this.#capture === undefined || looksPacked(this.#start) ? undefined : this.#export(this.#capture.bytes(), undefined, this.#capture.truncated) };
    }
    if (this.#whole === undefined) return { usage: {}, captured: undefined };
    const unpacked = await unpack(this.#whole.bytes(), contentEncoding ?? '');
    const captures = capture !== undefined && capture.maxBytes > 0 && isIncluded(contentType, capture.includeContentTypes);
    // What cannot be decoded is not exported: a secret could hide in it.
    if (unpacked === undefined || looksPacked(unpacked)) return { usage: {}, captured: undefined };
    return { usage: wantsUsage ? usageIn(unpacked, contentType) : {}, captured: captures ? this.#export(unpacked, contentEncoding, this.#whole.truncated) : undefined };
  }

  /** Redacts before it cuts, and drops what lies within one secret's length of a cut: a part of one is not recognised. */
  #export(bytes: Buffer, contentEncoding: string | undefined, wasCut: boolean): Captured {
    const { capture, redactor, contentType } = this.#options;
    const max = capture?.maxBytes ?? 0;
    const all = redactor.bytes(bytes);
    const last = keeps(contentType) === 'last';
    const unsure = wasCut ? redactor.margin : 0;
    const clean = last ? all.subarray(contentEncoding === undefined ? unsure : 0) : all.subarray(0, Math.max(0, all.length - unsure));
    const cut = last ? clean.subarray(Math.max(0, clean.length - max)) : clean.subarray(0, max);
    return { bytes: this.bytes, truncated: wasCut || cut.length < clean.length, base64: cut.toString('base64'), contentEncoding };
  }
}

function usageIn(bytes: Buffer, contentType: string): Usage {
  if (!isStream(contentType)) return usageOfJson(bytes);
  const scanner = new UsageScanner();
  scanner.add(Buffer.concat([bytes, Buffer.from('\n')]));
  return scanner.usage;
}

function isIncluded(contentType: string, prefixes: readonly string[]): boolean {
  return prefixes.some((p) => contentType.startsWith(p.toLowerCase()));
}

/** The end of a stream says more than its beginning: usage, stop reason, error. */
function keeps(contentType: string): 'first' | 'last' {
  return isStream(contentType) || contentType.startsWith('application/vnd.amazon.eventstream') ? 'last' : 'first';
}

export function isStream(contentType: string): boolean {
  return contentType.startsWith('text/event-stream') || contentType.startsWith('application/x-ndjson');
}

function isJson(contentType: string): boolean {
  return /^application\/([a-z0-9.+-]+\+)?json/.test(contentType);
}
