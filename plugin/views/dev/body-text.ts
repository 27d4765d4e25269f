// A captured body as lines that a person can read: decoded from base64, unpacked, JSON set out, binary named as such.
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { keys } from '../../../proxy/telemetry/keys.ts';
import type { OtlpAttributes } from '../../../proxy/telemetry/otlp-json.ts';
import { printableLines } from '../../format/printable.ts';

const maxUnpacked = 1024 * 1024;
const unpackers = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync } as const;

/** What stands in front of the lines: how much there was, and whether it is all there. */
export interface BodyText {
  readonly size: string;
  readonly lines: readonly string[];
}

/** Undefined when the event carries no body. */
export function bodyText(attributes: OtlpAttributes): BodyText | undefined {
  const encoded = attributes[keys.bodyBase64];
  if (typeof encoded !== 'string') return undefined;
  const captured = Buffer.from(encoded, 'base64');
  const whole = Number(attributes[keys.bodyBytes] ?? captured.length);
  const cut = attributes[keys.bodyTruncated] === true;
  const size = `${whole} bytes${cut ? `, ${captured.length} of them captured` : ''}`;
  const body = unpacked(captured, String(attributes[keys.bodyEncoding] ?? ''));
  return { size, lines: body.length === 0 ? ['(empty)'] : textLines(body) };
}

/** The sender may have unpacked it already and still name the encoding, so what does not unpack is taken as it is. */
function unpacked(body: Buffer, encoding: string): Buffer {
  if (!(encoding in unpackers)) return body;
  try {
    return unpackers[encoding as keyof typeof unpackers](body, { maxOutputLength: maxUnpacked });
  } catch {
    return body;
  }
}

function textLines(body: Buffer): readonly string[] {
  const text = body.toString('utf8');
  if (isBinary(text)) return [`(not text: ${body.subarray(0, 24).toString('hex')}${body.length > 24 ? '…' : ''})`];
  try {
    return printableLines(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    return printableLines(text.trimEnd());
  }
}

function isBinary(text: string): boolean {
  const sample = text.slice(0, 4096);
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is counted
  const odd = sample.match(/[\u0000-\u0008\u000e-\u001f\ufffd]/g)?.length ?? 0;
  return odd > sample.length / 20;
}
