// Certificates, judged by openssl in its strict mode where it is there, and by Node's own TLS always.
import test from 'ava';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '../../../proxy/authority.ts';
import { issueCertificate } from '../../../proxy/x509/issue.ts';
import { gatewayCa } from '../authorities.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

test('certificates of every usage verify under the strict rules', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'clrk-x509-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const ca = issueCertificate({ subject: 'test ca', organization: 'clrk', usage: 'ca', days: 10 });
  const server = issueCertificate({ subject: 'api.anthropic.com', altNames: ['api.anthropic.com', '*.example.com', '127.0.0.1', '::1'], usage: 'server', days: 1, issuer: ca });
  const client = issueCertificate({ subject: 'admin ü', organization: 'system:masters', usage: 'client', days: 1, issuer: ca });
  for (const [name, pair] of Object.entries({ ca, server, client })) writeFileSync(join(dir, name), pair.certificate);
  const parsed = new X509Certificate(server.certificate);
  t.true(parsed.verify(new X509Certificate(ca.certificate).publicKey));
  t.true(parsed.checkPrivateKey(createPrivateKey(server.key)));
  t.is(parsed.checkHost('api.anthropic.com'), 'api.anthropic.com');
  t.is(parsed.checkIP('::1'), '::1');
  t.true(new X509Certificate(ca.certificate).ca);
  if (!hasOpenssl) return t.log('openssl is not installed: the strict check did not run');
  const verify = (...args: string[]) => spawnSync('openssl', ['verify', '-x509_strict', '-CAfile', join(dir, 'ca'), ...args], { encoding: 'utf8' });
  for (const args of [['-purpose', 'sslserver', '-verify_hostname', 'api.anthropic.com', join(dir, 'server')], ['-purpose', 'sslserver', '-verify_ip', '127.0.0.1', join(dir, 'server')], ['-purpose', 'sslclient', join(dir, 'client')], [join(dir, 'ca')]]) {
    const { status, stdout, stderr } = verify(...args);
    t.is(status, 0, stdout + stderr);
  }
  t.not(verify('-purpose', 'sslserver', join(dir, 'client')).status, 0);
});

test('every certificate has a positive serial of its own', (t) => {
  const serials = Array.from({ length: 300 }, () => new X509Certificate(issueCertificate({ subject: 'x', usage: 'ca', days: 1 }).certificate).serialNumber);
  t.is(new Set(serials).size, 300);
  t.true(serials.every((s) => /^[4-7][0-9A-F]{31}$/.test(s)));
});

test('an issuer whose key is another one is refused', (t) => {
  const other = issueCertificate({ subject: 'other', usage: 'ca', days: 1 });
  t.throws(() => issueCertificate({ subject: 'x', usage: 'server', days: 1, issuer: { certificate: gatewayCa.certificate, key: other.key } }), { message: /do not belong together/ });
  t.throws(() => issueCertificate({ subject: '', usage: 'ca', days: 1 }), { message: /1 to 64 characters/ });
});

test('P9 a flood of server names turns the cache of leaves over and does not grow it', (t) => {
  const authority = new Authority(gatewayCa);
  const first = authority.context('api.anthropic.com');
  t.is(authority.context('api.anthropic.com'), first);
  for (let i = 0; i < 700; i++) authority.context(`n${i}.example.com`);
  t.is(authority.size, 512);
  t.not(authority.context('api.anthropic.com'), first);
  const known = authority.context('api.anthropic.com');
  t.not(authority.context('api.anthropic.com', Date.now() + 3_100_000), known, 'near its end a leaf is made anew');
  t.notThrows(() => authority.context(`${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example`));
  t.notThrows(() => authority.context('2606:4700::1111'));
});
