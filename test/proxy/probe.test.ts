// The port for the kubelet's probes.
import test from 'ava';
import { connect } from 'node:net';
import { addressOf, openProbe } from '../../proxy/probe.ts';
import { policyOf, Rig } from './rig.ts';
import { freePort } from '../support/free-port.ts';

const get = async (address: string, path: string, method = 'GET'): Promise<readonly [number, string]> => {
  const answer = await fetch(`http://${address}${path}`, { method });
  return [answer.status, await answer.text()];
};

test('a probe says that the process lives, whether it is ready, and nothing else', async (t) => {
  let missing: string | undefined = 'waiting for the operator';
  const probe = await openProbe({ host: '127.0.0.1', port: 0 }, () => missing);
  t.teardown(probe.close);
  t.deepEqual(await get(probe.address, '/healthz'), [200, 'ok\n']);
  t.deepEqual(await get(probe.address, '/readyz'), [503, 'waiting for the operator\n']);
  missing = undefined;
  t.deepEqual(await get(probe.address, '/readyz'), [200, 'ok\n']);
  t.is((await get(probe.address, '/'))[0], 404);
  t.is((await get(probe.address, '/healthz/../metrics'))[0], 404);
  t.is((await get(probe.address, '/healthz', 'POST'))[0], 405);
});

test('who opens connections to the probe and says nothing, or too much, is shown out', async (t) => {
  const probe = await openProbe({ host: '127.0.0.1', port: 0 }, () => undefined);
  t.teardown(probe.close);
  const { host, port } = addressOf(probe.address) ?? { host: '', port: 0 };
  const ended = (first: string) =>
    new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, host, () => socket.write(first));
      socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined).on('close', () => resolve(text));
    });
  t.regex(await ended(`GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(10_000)}\r\n\r\n`), /^HTTP\/1.1 431/);
  t.regex(await ended('GET /healthz HTTP/1.1\r\nhost'), /^HTTP\/1.1 408/);
});

test('an address is a host and a port, in whichever family', (t) => {
  t.deepEqual(addressOf('0.0.0.0:8082'), { host: '0.0.0.0', port: 8082 });
  t.deepEqual(addressOf('[::]:8082'), { host: '::', port: 8082 });
  t.deepEqual(addressOf('fd00::1:8082'), { host: 'fd00::1', port: 8082 });
  for (const wrong of ['', '8082', ':8082', 'host:', 'host:99999', 'host:x']) t.is(addressOf(wrong), undefined);
});

test('the proxy is ready when it has a policy, and answers its probe also while it refuses everything', async (t) => {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const rig = await Rig.start(t, { env: { CLRK_PROBE_LISTEN: address } });
  t.deepEqual(await get(address, '/healthz'), [200, 'ok\n']);
  t.deepEqual(await get(address, '/readyz'), [503, 'waiting for the first policy\n']);
  await rig.swap(policyOf({}, 'v1'));
  t.deepEqual(await get(address, '/readyz'), [200, 'ok\n']);
});
