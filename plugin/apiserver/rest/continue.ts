// The tokens that later pages of a list are asked for with: the same words as those of a real server.
import { normalize } from 'node:path/posix';
import { isObject } from '../json.ts';
import { ApiError, badRequest } from '../status.ts';

export interface Position {
  /** Of the first page; -1: of now, which a client may ask for when that moment is forgotten. */
  readonly revision: number;
  /** Keys from here on, relative to the collection. */
  readonly from: string;
}

const encoding = 'meta.k8s.io/v1';

/** Page after page begins behind the last key: the smallest key that is greater ends in a zero byte. */
export const encodePosition = ({ revision, from }: Position): string => Buffer.from(JSON.stringify({ v: encoding, rv: revision, start: `/${from}` })).toString('base64url');

export const behind = (key: string): string => `${key}\0`;

const refuse = (why: string): never => {
  throw badRequest(`invalid continue token: continue key is not valid: ${why}`);
};

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value);

/** What Go says of bytes that are no JSON. */
function syntax(text: string): string {
  const first = text.trimStart()[0] ?? '';
  if ('[{"tfn-0123456789'.includes(first)) return 'unexpected end of JSON input';
  const shown = /[\x20-\x7e\xa1-\xff]/.test(first) ? first : `\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `invalid character '${shown}' looking for beginning of value`;
}

function read(token: string): { readonly [key: string]: unknown } {
  const wrong = /[^A-Za-z0-9_-]/.exec(token)?.index ?? (token.length % 4 === 1 ? token.length - (token.length % 4) : -1);
  if (wrong >= 0) refuse(`illegal base64 data at input byte ${wrong}`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return refuse(syntax(Buffer.from(token, 'base64url').toString('latin1')));
  }
  if (value === null) return {};
  return isObject(value) ? value : refuse(`json: cannot unmarshal ${typeOf(value)} into Go value of type storage.continueToken`);
}

export function decodePosition(token: string): Position {
  const { v: version = '', rv: revision = 0, start = '' } = read(token);
  if (typeof revision !== 'number' || !Number.isInteger(revision)) return refuse(`json: cannot unmarshal ${typeof revision === 'number' ? `number ${revision}` : typeOf(revision)} into Go struct field continueToken.rv of type int64`);
  if (typeof version !== 'string') return refuse(`json: cannot unmarshal ${typeOf(version)} into Go struct field continueToken.v of type string`);
  if (typeof start !== 'string') return refuse(`json: cannot unmarshal ${typeOf(start)} into Go struct field continueToken.start of type string`);
  if (version !== encoding) return refuse(`server does not recognize this encoded version ${version}`);
  if (revision === 0) return refuse(`incorrect encoded start resourceVersion (version ${encoding})`);
  if (start === '') return refuse(`encoded start key empty (version ${encoding})`);
  const key = start.startsWith('/') ? start : `/${start}`;
  // Nobody climbs out of the collection with a token of his own making.
  const cleaned = normalize(key);
  if ((cleaned.length > 1 ? cleaned.replace(/\/$/, '') : cleaned) !== key) return refuse(start);
  return { revision: revision < 0 ? -1 : revision, from: key.slice(1) };
}

/** 410. With a token that goes on at the newest state, for a client that prefers a list with seams to none. */
export class ExpiredPage extends ApiError {
  readonly #token: string;
  constructor(from: string) {
    super(410, 'Expired', 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.');
    this.#token = encodePosition({ revision: -1, from });
  }
  override body(): ReturnType<ApiError['body']> {
    return { ...super.body(), metadata: { continue: this.#token } };
  }
}
