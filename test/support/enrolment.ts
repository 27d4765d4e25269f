// Certificates for the operator's door: asked for as a worker or proxy does, and given as the operator does, by the code of both.
import { generateKeyPairSync } from 'node:crypto';
import https from 'node:https';
import { authorityOfSession } from '../../operator/trust/authority-store.ts';
import type { Role } from '../../operator/trust/identity.ts';
import { openTrust, type Trust } from '../../operator/trust/trust.ts';
import { enrolPath, parseEnrolment, parseEnrolmentRequest, type Enrolment } from '../../proxy/identity/enrolment.ts';
import { logger } from '../../proxy/telemetry/log.ts';
import type { Issued } from '../../proxy/x509/issue.ts';

/** With which a connection is made. */
export interface Client {
  readonly cert: string;
  readonly key: string;
}

export const silent = logger('test', { write: () => true });

export interface NewKey {
  readonly publicKey: string;
  readonly key: string;
}

export function newKey(curve = 'P-256'): NewKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

export function postEnrolment(url: string, { ca, token, body }: { readonly ca: string; readonly token?: string; readonly body: string }): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const request = https.request(url + enrolPath, { ca, method: 'POST', agent: false, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject).end(body);
  });
}

/** Enrols with a new key; fails when the operator says no. */
export async function enrol(url: string, about: { readonly ca: string; readonly token: string }): Promise<Client & { readonly enrolment: Enrolment }> {
  const { publicKey, key } = newKey();
  const { status, text } = await postEnrolment(url, { ...about, body: JSON.stringify({ publicKey }) });
  if (status !== 200) throw new Error(`the operator answered ${status}: ${text}`);
  const enrolment = parseEnrolment(JSON.parse(text));
  return { cert: enrolment.certificate, key, enrolment };
}

/** What vouches for a made-up operator's clients. */
export const trustOf = (authority: Issued, certificateSeconds = 3600): Promise<Trust> => openTrust({ store: authorityOfSession(authority), log: silent, certificateSeconds });

/** The answer of a made-up operator, whose only pod is `clrk/default/worker-0`. */
export function answerEnrolment(trust: Trust, role: Role, body: string): string {
  const { publicKey } = parseEnrolmentRequest(JSON.parse(body));
  return JSON.stringify(trust.enrol({ role, namespace: 'clrk', pool: 'default', pod: 'worker-0', uid: 'session' }, publicKey));
}
