// The operator's doors inside the test's own process, over a cluster, with certificates for whichever pods a test makes up.
import type { ExecutionContext } from 'ava';
import { startControllers, type Controllers } from '../../operator/controllers/controllers.ts';
import { connect } from '../../operator/kube/connect.ts';
import { openDoor } from '../../operator/serve/door.ts';
import { telemetryStore } from '../../operator/serve/telemetry.ts';
import type { PodIdentity, Role } from '../../operator/trust/identity.ts';
import { sessionTokens } from '../../operator/trust/session-tokens.ts';
import type { Tokens } from '../../operator/trust/tokens.ts';
import { openTrust, type Trust } from '../../operator/trust/trust.ts';
import { authorityOfSession } from '../../operator/trust/authority-store.ts';
import { issueCertificate, type Issued } from '../../proxy/x509/issue.ts';
import { startCluster, type ClusterKind, type TestCluster } from '../support/cluster.ts';
import { newKey, silent, type Client } from '../support/enrolment.ts';
import { tokens } from './rig.ts';

export const authority: Issued = issueCertificate({ subject: 'test operator ca', usage: 'ca', days: 30 });

export const podOf = (pod: string, more: Partial<PodIdentity> = {}): PodIdentity => ({ namespace: 'default', pool: 'default', pod, uid: `uid-${pod}`, ...more });

/** A certificate as the operator gives it, without asking for a token. */
export function clientOf(trust: Trust, role: Role, pod: PodIdentity): Client {
  const { publicKey, key } = newKey();
  return { cert: trust.enrol({ ...pod, role }, publicKey).certificate, key };
}

export interface Doors {
  readonly trust: Trust;
  readonly address: string;
  readonly ca: string;
  readonly controllers: Controllers;
  readonly cluster: TestCluster;
}

export interface DoorsOptions {
  readonly kind?: ClusterKind;
  readonly certificateSeconds?: number;
  readonly now?: () => Date;
  readonly tokensOf?: (cluster: TestCluster) => Tokens;
}

export async function openDoors(t: ExecutionContext, { kind = 'embedded', tokensOf, ...times }: DoorsOptions = {}): Promise<Doors> {
  const cluster = await startCluster(t, { kind });
  const { kube } = await connect({ kubeconfig: cluster.kubeconfig });
  const controllers = startControllers(kube, silent);
  t.teardown(() => controllers.close());
  const trust = await openTrust({ store: authorityOfSession(authority), log: silent, ...times });
  t.teardown(trust.close);
  const door = await openDoor({ host: '127.0.0.1', port: 0, trust, tokens: tokensOf?.(cluster) ?? sessionTokens(tokens, podOf('worker-0')), controllers, store: telemetryStore(undefined), log: silent });
  t.teardown(door.close);
  await controllers.ready;
  return { trust, address: door.address, ca: trust.bundle(), controllers, cluster };
}
