// The proxy as a process: admissions over its sockets, privileges, settings, orderly and sudden ends.
import test from 'ava';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { readConfig } from '../../proxy/config.ts';
import { admissionPath } from '../../proxy/contract.ts';
import { agentSocket, messageRequest, readAll } from './agent.ts';
import { sendDescriptors } from './descriptors.ts';
import { policyOf, Rig, until } from './rig.ts';
import { upstream } from './upstream.ts';

const rig = new Rig();
test.before(() => rig.begin({ policy: policyOf() }));
test.after.always(() => rig.stop());
const descriptors = (): number => readdirSync(`/proc/${rig.process?.pid}/fd`).filter((fd) => {
  try {
    return readlinkSync(`/proc/${rig.process?.pid}/fd/${fd}`) === '/dev/full';
  } catch {
    return false;
  }
}).length;
const refusedAt = (port: number): Promise<string | undefined> =>
  new Promise((resolve) => void connect(port, '127.0.0.1').once('error', (e: NodeJS.ErrnoException) => resolve(e.code)).once('connect', () => resolve('connected')));

test.serial('a sandbox is admitted, ended, and ended only once', async (t) => {
  const { port, status } = await rig.admit('da-1');
  t.is(status, 200);
  const socket = await agentSocket(port);
  const closed = readAll(socket);
  t.is((await rig.control('DELETE', `${admissionPath}da-1`)).status, 200);
  await closed;
  t.is(await refusedAt(port), 'ECONNREFUSED');
  t.like(await rig.control('DELETE', `${admissionPath}da-1`), { status: 404 });
});

test.serial('the same id again replaces the sandbox', async (t) => {
  const first = await rig.admit('da-2');
  const second = await rig.admit('da-2');
  t.is(await refusedAt(first.port), 'ECONNREFUSED');
  t.is(await refusedAt(second.port), 'connected');
  await rig.control('DELETE', `${admissionPath}da-2`);
});

test.serial('P10 an admission without its descriptors, with wrong ones, or malformed is refused and says why', async (t) => {
  const agent = { kind: 'DaemonAgent', namespace: 'default', name: 'a', uid: 'u', revision: 'r' };
  const admission = { id: 'da-3', token: 'x'.repeat(20), gateway: 'default/echo-bot', runtime: 'gvisor', agent, sockets: [{ kind: 'tcp' }] };
  const put = (value: unknown, id = 'da-3') => rig.control('PUT', `${admissionPath}${id}`, typeof value === 'string' ? value : JSON.stringify(value));
  t.like(await put(admission), { status: 409 });
  const file = openSync('/dev/null', 'r');
  sendDescriptors(join(rig.dir, 'handoff.sock'), admission.token, [file]);
  t.like(await put(admission), { status: 400, body: '{"error":"a descriptor is not a socket of the kind it was announced as"}' });
  sendDescriptors(join(rig.dir, 'handoff.sock'), admission.token, [file, file]);
  t.like(await put(admission), { status: 400 });
  closeSync(file);
  t.like(await put({ ...admission, gateway: 7 }), { status: 400, body: '{"error":"admission.gateway: must be a text that is not empty"}' });
  t.like(await put('{'), { status: 400 });
  t.like(await put(admission, 'other'), { status: 400 });
  t.like(await put('x'.repeat(100_000)), { status: 413 });
  t.like(await rig.control('GET', '/nowhere'), { status: 404 });
  t.like(await rig.control('POST', `${admissionPath}da-3`), { status: 405 });
});

test.serial('descriptors that nobody asks for are closed after a bound', async (t) => {
  const file = openSync('/dev/full', 'r');
  for (let i = 0; i < 5; i++) sendDescriptors(join(rig.dir, 'handoff.sock'), `never-asked-for-${i}`, [file, file, file]);
  sendDescriptors(join(rig.dir, 'handoff.sock'), 'short', [file]);
  sendDescriptors(join(rig.dir, 'handoff.sock'), 'y'.repeat(300), [file]);
  sendDescriptors(join(rig.dir, 'handoff.sock'), 'no descriptors here', []);
  closeSync(file);
  await until(() => descriptors() === 15, 'the descriptors to arrive');
  await until(() => descriptors() === 0, 'them to be closed', 12_000);
  t.pass();
});

test.serial('the watch on the control socket beats, and ends when the proxy dies', async (t) => {
  const other = await Rig.start(t, { policy: policyOf() });
  let beats = '';
  const ended = new Promise<void>((resolve) => {
    request({ socketPath: join(other.dir, 'control.sock'), path: admissionPath, agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => (beats += chunk.toString())).on('error', () => resolve()).on('close', resolve);
    }).on('error', () => resolve()).end();
  });
  await until(() => beats.length >= 2, 'two beats');
  other.process?.kill('SIGKILL');
  await ended;
  t.regex(beats, /^\n+$/);
});

test.serial('a stop lets a running answer finish, takes nothing new and exits with 0', async (t) => {
  let finish: () => void = () => undefined;
  const to = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    finish = () => response.end('data: 2\n\n');
  });
  t.teardown(() => to.close());
  const other = await Rig.start(t, { policy: policyOf(), upstreams: { 'api.anthropic.com': to.port } });
  const { port } = await other.admit();
  const idle = await agentSocket(port);
  const idleEnd = readAll(idle);
  const socket = await agentSocket(port);
  const all = readAll(socket);
  socket.write(messageRequest().replace('Connection: close\r\n', ''));
  await until(() => to.requests.length === 1, 'the call to be under way');
  const exit = new Promise((resolve) => other.process?.once('exit', resolve));
  // The end of stdin is the same as a signal when the process is supervised.
  other.process?.stdin?.end();
  await idleEnd;
  t.is(await refusedAt(port), 'ECONNREFUSED');
  finish();
  t.regex(await all, /data: 2/);
  t.is(await exit, 0);
  t.true(other.logs.length >= 2, 'the records were sent before the end');
});

test.serial('the sockets are for owner and group, and the process is closed to others', (t) => {
  for (const name of ['control.sock', 'handoff.sock']) t.is(statSync(join(rig.dir, name)).mode & 0o777, 0o660);
  const limits = readFileSync(`/proc/${rig.process?.pid}/limits`, 'utf8');
  t.regex(limits, /Max core file size\s+0\s+0/);
  // A process that may not be dumped belongs to root in /proc, whoever runs it.
  t.is(statSync(`/proc/${rig.process?.pid}/mem`).uid, 0);
});

test.serial('the signal that opens the inspector of Node does nothing', async (t) => {
  rig.process?.kill('SIGUSR1');
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.false(/Debugger listening/.test(rig.stderr));
  t.is(rig.process?.exitCode, null);
});

test.serial('a process started as root becomes the user it is told to be', async (t) => {
  if (process.getuid?.() !== 0) return t.log('not root: the change of user did not run');
  const other = await Rig.start(t, { policy: policyOf(), env: { CLRK_RUN_AS: '65534:65534' } });
  const status = readFileSync(`/proc/${other.process?.pid}/status`, 'utf8');
  t.regex(status, /Uid:\s65534\s65534\s65534\s65534/);
  t.regex(status, /Gid:\s65534\s65534\s65534\s65534/);
  t.regex(status, /Groups:\s*\n/);
  t.regex(status, /CapEff:\s0+\n/);
  const read = spawnSync('cat', [`/proc/${other.process?.pid}/environ`], { uid: 65534, gid: 65534 });
  t.not(read.status, 0);
  t.is((await other.admit()).status, 200);
});

test('a wrong setting is named on one line, with exit code 2', (t) => {
  const good = { CLRK_OPERATOR_URL: 'https://127.0.0.1:1', CLRK_OPERATOR_CA_FILE: '/dev/null', CLRK_OPERATOR_TOKEN_FILE: '/dev/null', CLRK_PROXY_SOCKET_DIR: '/tmp' };
  const rows: [Record<string, string>, RegExp][] = [
    [{}, /^CLRK_OPERATOR_TOKEN_FILE: the file must hold one word/], [{ CLRK_OPERATOR_URL: 'http://x' }, /^CLRK_OPERATOR_URL must be an https URL/], [{ CLRK_OPERATOR_URL: '' }, /^CLRK_OPERATOR_URL is not set/],
    [{ CLRK_OPERATOR_CA_FILE: '/nowhere' }, /^CLRK_OPERATOR_CA_FILE: reading \/nowhere: ENOENT/], [{ CLRK_OFFLINE_UPSTREAMS: 'a=8.8.8.8:1' }, /^CLRK_OFFLINE_UPSTREAMS: "a=8\.8\.8\.8:1" must be/], [{ CLRK_OFFLINE_UPSTREAMS: 'a=169.254.169.254:1' }, /^CLRK_OFFLINE_UPSTREAMS: /], [{ CLRK_OFFLINE_UPSTREAMS: 'a=172.18.0.1:1' }, /^CLRK_OFFLINE_CA_FILE must name/],
    [{ CLRK_OFFLINE_UPSTREAMS: 'a=127.0.0.1:1' }, /^CLRK_OFFLINE_CA_FILE must name/],
  ];
  for (const [change, message] of rows) t.throws(() => readConfig({ ...good, ...change }), { message });
  const run = spawnSync(process.execPath, [join(import.meta.dirname, '../../proxy/main.js')], { env: {}, encoding: 'utf8' });
  t.deepEqual([run.status, run.stderr, run.stdout], [2, 'error: CLRK_OPERATOR_URL is not set\n', '']);
});
