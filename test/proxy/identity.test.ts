// A worker's or proxy's side of its certificate: got with the token of the moment, renewed before its end, and gone when it cannot be.
import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { enrolPath, parseEnrolment, parseEnrolmentRequest } from '../../proxy/identity/enrolment.ts';
import { Identity } from '../../proxy/identity/identity.ts';
import { OperatorLink } from '../../proxy/identity/operator-link.ts';
import { logger } from '../../proxy/telemetry/log.ts';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { answerEnrolment, trustOf } from '../support/enrolment.ts';
import { until } from './rig.ts';

interface Seen {
  readonly tokens: string[];
  /** Serial numbers of the certificates that streams were opened with. */
  readonly streams: string[];
  readonly puts: string[];
  isAway: boolean;
  /** Answers 401 to what is asked with a certificate. */
  isRefusing: boolean;
}

async function surroundings(t: ExecutionContext, lifeSeconds: number) {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-identity-'));
  const authority = issueCertificate({ subject: 'test operator', usage: 'ca', days: 1 });
  const { certificate: cert, key } = issueCertificate({ subject: 'operator', usage: 'server', days: 1, altNames: ['127.0.0.1'], issuer: authority });
  const trust = await trustOf(authority, lifeSeconds);
  const seen: Seen = { tokens: [], streams: [], puts: [], isAway: false, isRefusing: false };
  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const socket = request.socket as TLSSocket;
    if (seen.isAway) return void response.writeHead(503).end();
    if (request.url === enrolPath) {
      seen.tokens.push(request.headers.authorization ?? '');
      return void response.end(answerEnrolment(trust, 'proxy', body));
    }
    if (!socket.authorized || seen.isRefusing) return void response.writeHead(401).end();
    const serial = socket.getPeerX509Certificate()?.serialNumber ?? '';
    if (request.method === 'PUT') {
      seen.puts.push(serial);
      return void response.writeHead(204).end();
    }
    seen.streams.push(serial);
    response.write(`${serial}\n`);
  };
  const server = createServer({ cert, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const lines: string[] = [];
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const identity = new Identity({ operatorUrl: url, authorityFile: put('ca.crt', authority.certificate), tokenFile: put('token', 'first-token\n'), log: logger('test', { write: (line) => lines.push(line) }, 'debug') });
  const link = new OperatorLink(url, identity);
  const kept = identity.keep();
  const stop = new AbortController();
  t.teardown(async () => {
    stop.abort();
    identity.stop();
    link.close();
    await kept;
    server.closeAllConnections();
    server.close();
    trust.close();
    rmSync(folder, { recursive: true });
  });
  return { identity, link, seen, lines, put, signal: stop.signal };
}

test('a certificate is renewed before its end, with the token that the file holds then, and streams begin anew without a word', async (t) => {
  t.timeout(30_000);
  const { identity, link, seen, lines, put, signal } = await surroundings(t, 2);
  const taken: string[] = [];
  const interruptions: unknown[] = [];
  const following = { path: '/v1/stream', maxLineBytes: 1000, take: (line: string) => void taken.push(line), interrupted: (error: unknown) => void interruptions.push(error) };
  void link.follow(following, signal);
  await until(() => taken.length === 1, 'the first line');
  t.true(link.isOpen);
  await link.put('/v1/report', {});
  put('token', 'second-token');
  await until(() => taken.length === 2, 'the stream to begin anew');
  await link.put('/v1/report', {});
  t.deepEqual(seen.tokens, ['Bearer first-token', 'Bearer second-token']);
  t.is(new Set(seen.streams).size, 2);
  t.deepEqual(seen.puts, seen.streams, 'a report travels with the certificate of the moment');
  t.deepEqual(interruptions, []);
  t.is(identity.held?.generation, 2);
  t.false(/first-token|second-token|PRIVATE/.test(lines.join('')));
});

test('a certificate that cannot be renewed serves to its end and no longer; then it is asked for until it comes', async (t) => {
  t.timeout(30_000);
  const { identity, seen, signal, put } = await surroundings(t, 1);
  await identity.present(signal);
  seen.isAway = true;
  // The file is gone for a moment, as when the kubelet exchanges it: what was read last is good.
  put('token', '');
  t.truthy(identity.held);
  await until(() => identity.held === undefined, 'the end of the certificate');
  seen.isAway = false;
  await identity.present(signal);
  t.deepEqual([...new Set(seen.tokens)], ['Bearer first-token']);
});

test('a certificate that the operator does not take any more is replaced at once', async (t) => {
  t.timeout(30_000);
  const { identity, link, seen, signal } = await surroundings(t, 3600);
  await identity.present(signal);
  seen.isRefusing = true;
  const taken: string[] = [];
  void link.follow({ path: '/v1/stream', maxLineBytes: 1000, take: (line) => void taken.push(line), interrupted: () => undefined }, signal);
  await until(() => (identity.held?.generation ?? 0) > 1, 'another certificate');
  seen.isRefusing = false;
  await until(() => taken.length > 0, 'the stream');
  t.pass();
});

test('what is no enrolment is refused, by the operator as by its clients', (t) => {
  for (const value of [null, 1, {}, { publicKey: 1 }, { publicKey: 'x' }, { publicKey: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n' }]) t.throws(() => parseEnrolmentRequest(value));
  const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
  const good = { certificate: pem, authority: pem + pem, lifeSeconds: 60 };
  t.deepEqual(parseEnrolment(good), good);
  for (const change of [{ certificate: '' }, { authority: undefined }, { lifeSeconds: 0 }, { lifeSeconds: Number.NaN }, { lifeSeconds: '60' }, { lifeSeconds: 1e9 }]) t.throws(() => parseEnrolment({ ...good, ...change }));
});
