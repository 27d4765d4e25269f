// Everything that the door answers when it says no, in one table.
import type { ServerResponse } from 'node:http';

export const refusals = {
  unauthorized: { status: 401, text: 'a bearer token is needed, and this is none that is known here' },
  notEnrolled: { status: 403, text: 'this token gives no certificate' },
  noCertificate: { status: 401, text: 'a client certificate of this operator is needed: enrol first' },
  superseded: { status: 401, text: 'this certificate has ended, or another has taken its place: enrol again' },
  podGone: { status: 401, text: 'the pod of this certificate is gone' },
  forbidden: { status: 403, text: 'this certificate belongs to another role or pod' },
  noReaderToken: { status: 401, text: 'a token of the account clrk-reader is needed in the header x-clrk-reader-token, and this is none' },
  otherNamespace: { status: 403, text: 'this token is for agents of another namespace' },
  busy: { status: 429, text: 'too much is being asked at the moment' },
  unavailable: { status: 503, text: 'the API server, which has to be asked, does not answer' },
  notFound: { status: 404, text: 'there is nothing at this path' },
  methodNotAllowed: { status: 405, text: 'this path does not take this method' },
  badQuery: { status: 400, text: 'the query is not understood' },
  badBody: { status: 400, text: 'the body is not understood' },
  tooLarge: { status: 413, text: 'the body is larger than what is taken here' },
  unsupported: { status: 415, text: 'only application/json is taken, plain or with gzip' },
  fault: { status: 500, text: 'something went wrong here; see the log of the operator' },
} as const;

export type Refusal = keyof typeof refusals;

/** The detail must come from our own words: never an exception's. */
export function refuse(response: ServerResponse, refusal: Refusal, detail?: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, text } = refusals[refusal];
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 413 ? { connection: 'close' } : {}) });
  response.end(JSON.stringify({ error: detail ? `${text}: ${detail}` : text }));
}
