// Answers one DNS query of a sandbox with a synthetic address. Pure but for the address it asks for; nothing leaves the machine.
import { hostname } from './hostname.ts';

const typeA = 1;
const classIn = 1;
const ttlSeconds = 30;
const formErr = 1;
const nxDomain = 3;
const notImplemented = 4;

/** Returns the answer, or undefined where silence is right: what is no query at all. */
export function answer(query: Buffer, resolve: (name: string) => string | undefined): Buffer | undefined {
  // A response (QR set) must never be answered: two servers would talk to each other for ever.
  if (query.length < 12 || query.length > 4096 || ((query[2] ?? 0) & 0x80) !== 0) return undefined;
  const opcode = ((query[2] ?? 0) >> 3) & 15;
  if (opcode !== 0) return header(query, notImplemented, 0, 0);
  if (query.readUInt16BE(4) !== 1) return header(query, formErr, 0, 0);
  const question = readQuestion(query);
  if (question === undefined) return header(query, formErr, 0, 0);
  const echoed = query.subarray(12, question.end);
  const name = hostname(question.name);
  const address = name === undefined || question.class !== classIn ? undefined : resolve(name);
  if (address === undefined) return Buffer.concat([header(query, nxDomain, 1, 0), echoed]);
  // AAAA, HTTPS, SVCB and the rest: the name exists and has none of these, so clients go on with A at once.
  if (question.type !== typeA) return Buffer.concat([header(query, 0, 1, 0), echoed]);
  const record = Buffer.from([0xc0, 12, 0, typeA, 0, classIn, 0, 0, 0, ttlSeconds, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([header(query, 0, 1, 1), echoed, record]);
}

function readQuestion(query: Buffer): { name: string; type: number; class: number; end: number } | undefined {
  const labels: string[] = [];
  let at = 12;
  for (;;) {
    const length = query[at];
    // Above 63 is a compression pointer, which has nothing to point at in a first name.
    if (length === undefined || length > 63) return undefined;
    at++;
    if (length === 0) break;
    if (at + length > query.length || at - 12 + length > 254) return undefined;
    const bytes = query.subarray(at, at + length);
    if (bytes.includes(0x2e)) return undefined;
    labels.push(bytes.toString('latin1'));
    at += length;
  }
  if (at + 4 > query.length) return undefined;
  return { name: labels.join('.'), type: query.readUInt16BE(at), class: query.readUInt16BE(at + 2), end: at + 4 };
}

function header(query: Buffer, code: number, questions: number, answers: number): Buffer {
  const bytes = Buffer.alloc(12);
  query.copy(bytes, 0, 0, 2);
  // QR, the opcode and RD as asked; RA, so that stub resolvers do not look for another server.
  bytes[2] = 0x80 | ((query[2] ?? 0) & 0x79);
  bytes[3] = 0x80 | code;
  bytes.writeUInt16BE(questions, 4);
  bytes.writeUInt16BE(answers, 6);
  return bytes;
}
