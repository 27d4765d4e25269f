// The stand-in for a provider where pods of the cluster reach it, and how many bytes it was ever sent.
import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { anthropicHost, startAnthropic } from '../../../plugin/offline/anthropic.ts';
import { AcceptedKeys, digestOf } from '../../../plugin/offline/keys.ts';
import { issueCertificate } from '../../../proxy/x509/issue.ts';
import { openTunnel } from '../../support/tunnel.ts';
import type { Cluster } from './cluster.ts';

export interface Upstream {
  /** As the operator's settings have it: `host=address:port`. */
  readonly setting: string;
  /** PEM of who vouches for it. */
  readonly authority: string;
  /** Bytes that came in. */
  received(): number;
  close(): Promise<void>;
}

/** It takes this key and no other. */
export async function openUpstream({ pid, gateway }: Cluster, key: string): Promise<Upstream> {
  const authority = issueCertificate({ subject: 'offline stand-ins', usage: 'ca', days: 1 });
  const keys = new AcceptedKeys();
  keys.add(digestOf(key));
  const standIn = await startAnthropic({ keys, ...issueCertificate({ subject: anthropicHost, altNames: [anthropicHost], usage: 'server', days: 1, issuer: authority }) });
  const [host = '', port = ''] = standIn.address.split(':');
  let received = 0;
  const counter = createServer((one) => {
    const other = connect(Number(port), host);
    one.on('data', ({ length }: Buffer) => { received += length; });
    one.on('error', () => other.destroy()).pipe(other).on('error', () => one.destroy()).pipe(one);
  }).listen(0, '127.0.0.1');
  await once(counter, 'listening');
  const tunnel = await openTunnel({ pid, host: gateway, port: 0 }, { host: '127.0.0.1', port: (counter.address() as AddressInfo).port });
  return {
    setting: `${anthropicHost}=${gateway}:${tunnel.port}`,
    authority: authority.certificate,
    received: () => received,
    close: async () => {
      await tunnel.close();
      counter.close();
      await standIn.close();
    },
  };
}
