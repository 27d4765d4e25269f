// A whole worker process pulls: what its status says on the way, what runs then, and what a failure or a kill leaves.
import test, { type ExecutionContext } from 'ava';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { programFiles } from './archives.ts';
import { makeImage } from './images.ts';
import { opened } from './puller.ts';
import { order, Rig, type RigOptions } from './rig.ts';
import { TestRegistry } from './test-registry.ts';

const made = makeImage([programFiles('/bin/sh'), programFiles('/bin/sleep'), [{ name: 'ballast', body: randomBytes(4_000_000) }]], {
  config: { Entrypoint: ['/bin/sh', '-c'], Cmd: ['echo "$GREETING"; read x < /etc/ssl/certs/ca-certificates.crt; echo "$x"; sleep 1000'], Env: ['GREETING=from the registry', 'SSL_CERT_FILE=/nowhere'] },
});
const [, , , ballast = ''] = [...made.blobs.keys()];

async function started(t: ExecutionContext): Promise<{ readonly rig: Rig; readonly registry: TestRegistry; readonly options: RigOptions }> {
  const registry = await opened(t);
  const rig = new Rig();
  t.teardown(() => rig.stop());
  const options = { env: { CLRK_OFFLINE: '', CLRK_INSECURE_REGISTRIES: registry.host } };
  const { runtime } = await rig.start(options);
  t.log(runtime.detail);
  return { rig, registry, options };
}

/** Gives half of the large layer and then nothing, until it is let go on. */
function holdBack(registry: TestRegistry): () => void {
  const held = new Set<() => void>();
  registry.misbehave = ({ path }, answer) => {
    if (!path.endsWith(ballast)) return false;
    const bytes = registry.bytes(ballast) ?? Buffer.alloc(0);
    answer.writeHead(200, { 'content-length': bytes.length });
    answer.write(bytes.subarray(0, bytes.length / 2));
    held.add(() => answer.end(bytes.subarray(bytes.length / 2)));
    return true;
  };
  return () => {
    registry.misbehave = () => false;
    for (const goOn of held) goOn();
  };
}

test.serial('the status says how far a pull is; then the image runs as it says about itself', async (t) => {
  const { rig, registry } = await started(t);
  const image = registry.put('me/tool', '1', [made]);
  const goOn = holdBack(registry);
  rig.operator.order([order('pulled', { image, command: [] }), order('other')]);
  await rig.until('its progress', () => / [3-9]\.\d of [456]\.\d MB$/.test(rig.status('pulled')?.message ?? ''));
  t.like(rig.status('pulled'), { phase: 'Pending', imageReady: false });
  t.regex(rig.status('pulled')?.message ?? '', /^pulling 127\.0\.0\.1:\d+\/me\/tool:1: /);
  await rig.until('the other agent running meanwhile', () => rig.status('other')?.phase === 'Running');
  goOn();
  await rig.until('its lines', () => rig.lines('pulled').length >= 2);
  t.deepEqual(rig.lines('pulled'), ['from the registry', 'the PEM of a CA']);
  await rig.until('Running', () => rig.status('pulled')?.phase === 'Running');
  t.like(rig.status('pulled'), { imageReady: true, restartCount: 0 });
  t.is(rig.status('pulled')?.message, undefined);
});

test.serial('an image that is not there keeps the order Pending with what to do, and is pulled when it comes', async (t) => {
  const { rig, registry } = await started(t);
  const image = `${registry.host}/me/tool:1`;
  rig.operator.order([order('waiting', { image, command: [] })]);
  await rig.until('the message', () => /is not at 127.* or it is private: check its name and tag/.test(rig.status('waiting')?.message ?? ''));
  t.like(rig.status('waiting'), { phase: 'Pending', imageReady: false });
  registry.put('me/tool', '1', [made]);
  await rig.until('its lines', () => rig.lines('waiting').includes('from the registry'));
  t.pass();
});

test.serial('an order that is withdrawn in the middle of a pull ends at once', async (t) => {
  const { rig, registry } = await started(t);
  const image = registry.put('me/tool', '1', [made]);
  holdBack(registry);
  rig.operator.order([order('leaving', { image, command: [] })]);
  await rig.until('its progress', () => / of [456]\.\d MB$/.test(rig.status('leaving')?.message ?? ''));
  rig.operator.order([]);
  await rig.until('its end', () => rig.operator.statuses.at(-1)?.sandboxes.length === 0);
  t.pass();
});

test.serial('a worker that is killed in the middle of a pull goes on with it when it is started again; then it needs no registry', async (t) => {
  const { rig, registry, options } = await started(t);
  const image = registry.put('me/tool', '1', [made]);
  const goOn = holdBack(registry);
  rig.operator.order([order('again', { image, command: [] })]);
  await rig.until('its progress', () => / [3-9]\.\d of [456]\.\d MB$/.test(rig.status('again')?.message ?? ''));
  rig.worker?.kill('SIGKILL');
  await rig.exited;
  goOn();
  await rig.launch(rig.operatorUrl, options);
  await rig.until('its lines', () => rig.lines('again').includes('from the registry'));
  t.regex(registry.requests.findLast(({ path }) => path.endsWith(ballast))?.range ?? '', /^bytes=[1-9]\d+-$/);
  rig.worker?.kill('SIGTERM');
  t.is(await rig.exited, 0);
  await registry.close();
  await rig.launch(rig.operatorUrl, options);
  await rig.until('its second start', () => rig.lines('again').filter((line) => line === 'from the registry').length === 2);
  await rig.until('the remark', () => /cannot be asked for a newer image .* \(nothing listens there\): the one pulled at/.test(rig.status('again')?.message ?? ''));
  t.is(rig.status('again')?.phase, 'Running');
});

test.serial('over TLS a token is fetched and the image pulled, when the certificate is trusted', async (t) => {
  const authority = issueCertificate({ subject: 'registry authority', usage: 'ca', days: 1 });
  const registry = await new TestRegistry(issueCertificate({ subject: 'registry', usage: 'server', days: 1, altNames: ['127.0.0.1'], issuer: authority })).listen();
  t.teardown(() => registry.close());
  registry.misbehave = ({ path, authorization }, answer) => {
    if (path === '/token') return Boolean(answer.writeHead(200).end('{"access_token":"for-anybody"}'));
    if (authorization === 'Bearer for-anybody') return false;
    return Boolean(answer.writeHead(401, { 'www-authenticate': `Bearer realm="https://${registry.host}/token"` }).end());
  };
  const image = registry.put('me/tool', '1', [made]);
  const rig = new Rig();
  t.teardown(() => rig.stop());
  writeFileSync(join(rig.dir, 'authority.pem'), authority.certificate, { mode: 0o644 });
  await rig.start({ env: { CLRK_OFFLINE: '', NODE_EXTRA_CA_CERTS: join(rig.dir, 'authority.pem') } });
  rig.operator.order([order('secure', { image, command: [] })]);
  await rig.until('its lines', () => rig.lines('secure').includes('from the registry'));
  t.is(registry.count('GET', /^\/token$/), 1);
});
