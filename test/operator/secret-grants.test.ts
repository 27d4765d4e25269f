// The Role of the Secrets that are named, across a start of the operator.
import { SecretGrants } from '../../operator/controllers/secret-grants.ts';
import { secretsRole } from '../../operator/install/names.ts';
import { roles } from '../../operator/kube/resources.ts';
import { logger } from '../../proxy/telemetry/log.ts';
import { startCluster } from '../support/cluster.ts';
import { onReal } from '../support/on-real.ts';

onReal('an operator that has just started leaves the Role of the last one alone until it knows which Secrets are named', async (t) => {
  const { kube } = await startCluster(t, { kind: 'real' });
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const start = (): SecretGrants => new SecretGrants(kube, logger('operator', { write: () => undefined }), stop.signal);
  const uid = async (): Promise<string | undefined> => (await kube.get(roles, { namespace: 'default', name: secretsRole }))?.metadata.uid;
  const named = { namespace: 'default', name: 'anthropic-credentials' };

  const last = start();
  last.want([named]);
  await last.granted(named);
  await last.close();
  const before = await uid();
  t.truthy(before);

  const next = start();
  await next.granted(named);
  await next.close();
  t.is(await uid(), before);
});
