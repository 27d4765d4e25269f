// The process as the dev session starts it: settings from the environment, one READY line, a clean stop.
import test from 'ava';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '../../../proxy/x509/issue.ts';

const main = new URL('../../../plugin/apiserver/main.js', import.meta.url).pathname;

function environment(t: { teardown(f: () => void): void }): Record<string, string> {
  const dir = mkdtempSync(join(tmpdir(), 'clrk-apiserver-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const ca = issueCertificate({ subject: 'test', usage: 'ca', days: 2 });
  const server = issueCertificate({ subject: 'apiserver', usage: 'server', days: 2, altNames: ['127.0.0.1'], issuer: ca });
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  return {
    CLRK_DATA_DIR: join(dir, 'state'), CLRK_LISTEN: '127.0.0.1:0', CLRK_TLS_CERT_FILE: file('crt', server.certificate), CLRK_TLS_KEY_FILE: file('key', server.key), CLRK_CLIENT_CA_FILE: file('ca', ca.certificate),
  };
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
function start(t: { teardown(f: () => void): void }, env: Record<string, string>): { child: ChildProcess; ready: Promise<void>; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [main], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk));
  const ready = new Promise<void>((resolve) => child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
    if (out.includes('\n')) resolve();
  }));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  return { child, ready, ended };
}

test('it prints one READY line, logs JSON lines, and stops on SIGTERM with 0', async (t) => {
  const { child, ready, ended } = start(t, environment(t));
  await ready;
  child.kill('SIGTERM');
  const { code, out, err } = await ended;
  t.is(code, 0);
  t.regex(out, /^READY \{"address":"https:\/\/127\.0\.0\.1:\d+"\}\n$/);
  for (const line of err.trim().split('\n')) t.is((JSON.parse(line) as { component: string }).component, 'apiserver');
});

test('a supervised one stops when its parent lets go of stdin', async (t) => {
  const { child, ready, ended } = start(t, { ...environment(t), CLRK_SUPERVISED: '1' });
  await ready;
  child.stdin?.end();
  t.is((await ended).code, 0);
});

test('a wrong setting ends it with 2 and one line that names the variable', async (t) => {
  const env = environment(t);
  const rows: readonly (readonly [Record<string, string>, string])[] = [
    [{ CLRK_LISTEN: 'nowhere' }, 'CLRK_LISTEN must be HOST:PORT, not "nowhere"\n'], [{ CLRK_DATA_DIR: '' }, 'CLRK_DATA_DIR is not set\n'],
    [{ CLRK_TLS_KEY_FILE: '/no/such' }, 'CLRK_TLS_KEY_FILE: reading /no/such: ENOENT\n'], [{ CLRK_SERVICE_PROXY_TOKEN_FILE: '/x' }, 'CLRK_SERVICE_PROXY_TOKEN_FILE and CLRK_SERVICE_PROXY_CA_FILE must be set together\n'],
  ];
  for (const [wrong, message] of rows) {
    const { code, out, err } = await start(t, { ...env, ...wrong }).ended;
    t.deepEqual([code, out, err], [2, '', message]);
  }
});

test('a second one on the same folder says who holds it', async (t) => {
  const env = environment(t);
  const first = start(t, env);
  await first.ready;
  const { code, err } = await start(t, env).ended;
  t.is(code, 1);
  t.regex(err, new RegExp(`is in use by process ${first.child.pid}`));
});

test('on a damaged store it ends with 3 and says where and what to do; told to, it saves what is whole and says so', async (t) => {
  const env = environment(t);
  const first = start(t, env);
  await first.ready;
  first.child.kill('SIGTERM');
  await first.ended;
  const path = join(env['CLRK_DATA_DIR'] ?? '', 'journal-000000000001');
  const bytes = readFileSync(path);
  bytes[100] = 0xff;
  writeFileSync(path, bytes);
  const { code, out, err } = await start(t, env).ended;
  t.deepEqual([code, out], [3, '']);
  t.regex(err, /^the store in \S+ is damaged: journal-000000000001 at byte 45: the checksum of a record does not match; \d+ bytes of it cannot be read, and \d+ whole records follow them\nhint: .*CLRK_SALVAGE_STORE=1 .*\n$/);
  t.notRegex((await start(t, { ...env, CLRK_SUPERVISED: '1' }).ended).err, /hint/, 'whoever supervises it has words of its own');
  const saved = start(t, { ...env, CLRK_SALVAGE_STORE: '1' });
  await saved.ready;
  saved.child.kill('SIGTERM');
  const told = await saved.ended;
  t.is(told.code, 0);
  t.regex(told.err, /"level":"warn".*"msg":"the store was damaged: saved what is whole, and kept every file as it was in [^"]*\/damaged-[^"]*","objects":\d+/);
  t.regex(told.err, /"msg":"damage in the store","file":"journal-000000000001","offset":45/);
});

test('a setting for the store that is none is refused', async (t) => {
  const { code, err } = await start(t, { ...environment(t), CLRK_COMPACT_AFTER_BYTES: 'much' }).ended;
  t.deepEqual([code, err], [2, 'CLRK_COMPACT_AFTER_BYTES must be a number of bytes from 1000, not "much"\n']);
});
