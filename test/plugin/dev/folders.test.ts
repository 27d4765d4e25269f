// The folders and certificates of a session.
import test, { type ExecutionContext } from 'ava';
import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { writeMarker, lastPorts } from '../../../plugin/dev/marker.ts';
import { openPki } from '../../../plugin/dev/pki.ts';
import { freePort, requirePort } from '../../../plugin/dev/ports.ts';
import { mountsBelow, openRunFolder } from '../../../plugin/dev/run-folder.ts';
import { openStateFolder } from '../../../plugin/dev/state-folder.ts';
import { UserError } from '../../../plugin/exit.ts';
import { issueCertificate } from '../../../proxy/x509/issue.ts';

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'clrk-state-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
const mode = (path: string): number => statSync(path).mode & 0o777;

test('the state folder is made for its owner alone, and closed to others where it was open', (t) => {
  const path = join(folder(t), 'deep/.clrk');
  openStateFolder(path);
  t.is(mode(path), 0o700);
  chmodSync(path, 0o755);
  openStateFolder(path);
  t.is(mode(path), 0o700);
});

test('a state folder that is a file, below a file, or on a read-only system is told with what to do', (t) => {
  const path = folder(t);
  writeFileSync(join(path, 'file'), '');
  for (const [place, message] of [[join(path, 'file'), /is a file, not a folder/], [join(path, 'file/below'), /is a file, not a folder/], ['/proc/clrk', /\/proc\/clrk/]] as const) {
    const error = t.throws(() => openStateFolder(place), { instanceOf: UserError });
    t.regex(error.message, message);
    t.regex(error.hints.join(), /--clrk-dir/);
  }
});

test('certificates are made once, chained to one authority, with keys for the owner alone', (t) => {
  const path = folder(t);
  const first = openPki(path, new Date());
  t.deepEqual(first.renewed, []);
  const authority = new X509Certificate(first.authority.certificate);
  for (const { certificate } of [first.apiserver, first.admin, first.operatorClient]) t.true(new X509Certificate(certificate).verify(authority.publicKey));
  t.false(new X509Certificate(first.operatorAuthority.certificate).verify(authority.publicKey), 'what the operator vouches for opens nothing at the API server');
  t.is(new X509Certificate(first.apiserver.certificate).checkHost('localhost'), 'localhost');
  t.regex(new X509Certificate(first.admin.certificate).subject, /O=system:masters/);
  t.is(mode(join(path, 'pki')), 0o700);
  for (const name of ['ca', 'apiserver', 'admin', 'operator-ca', 'operator-client']) t.is(mode(join(path, `pki/${name}.key`)), 0o600);
  t.deepEqual(openPki(path, new Date()), first);
});

test('a certificate that is corrupt, of another authority, or near its end is made anew, and said', (t) => {
  const path = folder(t);
  const first = openPki(path, new Date());
  writeFileSync(join(path, 'pki/apiserver.crt'), 'garbage');
  const stranger = issueCertificate({ subject: 'clrk-dev-admin', organization: 'system:masters', usage: 'client', days: 365 });
  writeFileSync(join(path, 'pki/admin.crt'), stranger.certificate);
  writeFileSync(join(path, 'pki/admin.key'), stranger.key);
  const second = openPki(path, new Date());
  t.regex(second.renewed.join('\n'), /apiserver\.crt was unreadable and was made anew/);
  t.regex(second.renewed.join('\n'), /admin\.crt was of another authority/);
  t.is(second.renewed.length, 2);
  t.is(second.operatorClient.certificate, first.operatorClient.certificate);
  const later = openPki(path, new Date(Date.now() + 340 * 86_400_000));
  t.is(later.renewed.filter((line) => /was near its end/.test(line)).length, 3, 'all but the authorities, which live ten years');
});

test('a new authority brings new certificates', (t) => {
  const path = folder(t);
  const first = openPki(path, new Date());
  writeFileSync(join(path, 'pki/ca.key'), '');
  const second = openPki(path, new Date());
  t.is(second.renewed.length, 4);
  t.regex(second.renewed[0] ?? '', /ca\.crt had an unreadable key and was made anew/);
  t.not(second.admin.certificate, first.admin.certificate);
});

test('the run folder holds private and public files, and nothing of the last run', (t) => {
  const state = folder(t);
  const run = openRunFolder(state, {});
  t.teardown(() => run.remove());
  const token = run.writePrivate('worker.token', 'x');
  t.is(mode(token), 0o400);
  t.is(mode(run.writePublic('ca.crt', 'x')), 0o444);
  t.is(mode(run.sockets), 0o770 & (process.getuid?.() === 0 ? 0o777 : mode(run.sockets)));
  t.true(Buffer.byteLength(join(run.sockets, 'handoff.sock')) < 104);
  const again = openRunFolder(state, {});
  t.is(again.path, run.path);
  t.false(existsSync(token));
  again.remove();
  t.false(existsSync(run.path));
});

test('a run folder that is somebody else’s doing is not removed', (t) => {
  const state = folder(t);
  const run = openRunFolder(state, {});
  run.remove();
  const target = join(state, 'precious');
  mkdirSync(target);
  symlinkSync(target, run.path);
  t.teardown(() => rmSync(run.path, { force: true }));
  t.throws(() => openRunFolder(state, {}), { instanceOf: UserError, message: /belongs to somebody else/ });
  t.true(existsSync(target));
});

test('mount points below a folder are found, blanks in their names too', (t) => {
  const lines = ['36 35 98:0 / /run/clrk-1/worker/root rw - ext4 x rw', '37 35 98:0 / /run/clrk-10 rw - ext4 x rw', '38 35 98:0 / /run/clrk-1/a\\040b rw - ext4 x rw', ''].join('\n');
  t.deepEqual(mountsBelow('/run/clrk-1', lines), ['/run/clrk-1/worker/root', '/run/clrk-1/a b']);
});

test('the ports of last time are taken again when they are free, and others when not', async (t) => {
  const path = folder(t);
  t.deepEqual(lastPorts(path), {});
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as { port: number };
  const free = await freePort(port);
  t.not(free, port);
  await t.throwsAsync(requirePort(port), { instanceOf: UserError, message: new RegExp(`--port ${port} is taken`) });
  await new Promise((resolve) => { server.close(resolve); });
  // Another program of this machine may just take the one that was let go, but not every time.
  const kept: boolean[] = [];
  for (let wanted = await freePort(undefined), tries = 0; tries < 5; tries += 1) kept.push((await freePort(wanted)) === wanted);
  t.true(kept.includes(true));
  writeMarker(path, { version: '1', pid: 1, startedAt: 'x', cluster: 'embedded', offline: false, ports: { apiserver: port, operator: free, readers: 1024 }, otlp: 'x', runDir: 'x' });
  t.deepEqual(lastPorts(path), { apiserver: port, operator: free, readers: 1024 });
  const oneOff = (before: { before?: number }) => writeMarker(path, { version: '1', pid: 1, startedAt: 'x', cluster: 'embedded', offline: false, ports: { apiserver: 22, operator: free, readers: 1024 }, oneOff: before, otlp: 'x', runDir: 'x' });
  oneOff({ before: port });
  t.deepEqual(lastPorts(path), { apiserver: port, operator: free, readers: 1024 }, 'a port asked for once is not taken again');
  oneOff({});
  t.deepEqual(lastPorts(path), { operator: free, readers: 1024 });
  writeFileSync(join(path, 'dev.json'), '{"ports":{"apiserver":"x","operator":99999}}');
  t.deepEqual(lastPorts(path), {});
  writeFileSync(join(path, 'dev.json'), Buffer.from([0, 255, 1, 254]));
  t.deepEqual(lastPorts(path), {});
});
