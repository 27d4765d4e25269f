// The two servers that every case is put to: the embedded one and a real kube-apiserver with etcd, with the same kinds installed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../operator/kube/connect.ts';
import { openPki, type Pki } from '../../plugin/dev/pki.ts';
import { writeKubeconfig } from '../../plugin/dev/kubeconfig.ts';
import type { Assets } from '../kubernetes/assets.ts';
import { controllers, startReal } from '../kubernetes/real.ts';
import { startEmbedded } from '../support/embedded.ts';
import { install } from '../support/install.ts';
import { fixtures } from './fixtures.ts';
import type { Side } from './server.ts';

export interface Pair {
  readonly embedded: Side;
  readonly real: Side;
  stop(): Promise<void>;
}

/** `flags`: more words for the real kube-apiserver. */
export async function startPair(assets: Assets, flags: readonly string[] = []): Promise<Pair> {
  const root = mkdtempSync(join(tmpdir(), 'clrk-pair-'));
  const made = { embedded: join(root, 'embedded'), real: join(root, 'real') };
  const pkis: Record<'embedded' | 'real', Pki> = { embedded: openPki(made.embedded, new Date()), real: openPki(made.real, new Date()) };
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.toReversed()) await one();
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const embedded = await startEmbedded({ folder: made.embedded, pki: pkis.embedded });
    stops.push(embedded.stop);
    const real = await startReal({ assets, folder: made.real, pki: pkis.real, controllers, flags });
    stops.push(real.stop);
    const side = async (name: 'embedded' | 'real', server: string): Promise<Side> => {
      const kubeconfig = join(made[name], 'kubeconfig');
      writeKubeconfig(kubeconfig, { name: 'test', server, authority: pkis[name].authority.certificate, client: pkis[name].admin });
      const { kube } = await connect({ kubeconfig });
      await install(kube, fixtures);
      kube.close();
      return { server, pki: pkis[name], kubectl: assets.kubectl, folder: made[name] };
    };
    return { embedded: await side('embedded', embedded.server), real: await side('real', real.server), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
