// `check` tells of a whole installation, of half a one, of one without rights, and of none.
import { join } from 'node:path';
import { endpoints, leases } from '../../../operator/kube/resources.ts';
import { operatorLease } from '../../../operator/install/names.ts';
import { issueCertificate } from '../../../proxy/x509/issue.ts';
import { onReal } from '../../support/on-real.ts';
import { rig, type Rig } from '../install/rig.ts';


interface Report {
  readonly ok: boolean;
  readonly checks: readonly { readonly group: string; readonly code: string; readonly level: string; readonly message: string; readonly details: readonly string[]; readonly hint: string | null }[];
}

async function report({ clrk }: Rig, kubeconfig?: string): Promise<{ readonly code: number; readonly ok: boolean; readonly faults: Readonly<Record<string, string>>; readonly checks: Report['checks'] }> {
  const { code, stdout } = await clrk('check -o json', kubeconfig === undefined ? {} : { kubeconfig });
  const { ok, checks } = JSON.parse(stdout) as Report;
  return { code, ok, checks, faults: Object.fromEntries(checks.filter(({ level }) => level !== 'ok').map((one) => [one.code, `${one.level}: ${one.message}`])) };
}

/** No kubelet runs here: what it would report is written by hand. */
async function playKubelet({ kube, kubectl }: Rig): Promise<void> {
  const status = (kind: string, name: string, namespace: string, value: object) => kubectl(['patch', kind, name, '-n', namespace, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: value })]);
  await status('deployment', 'clrk-operator', 'clrk', { observedGeneration: 99, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 });
  await status('daemonset', 'clrk-node', 'clrk-node', { observedGeneration: 99, currentNumberScheduled: 2, numberMisscheduled: 0, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 2, numberAvailable: 2 });
  await kube.create(endpoints, { apiVersion: 'v1', kind: 'Endpoints', metadata: operatorLease, subsets: [{ addresses: [{ ip: '10.1.1.1' }], ports: [{ port: 8443 }] }] } as never);
  await kube.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: operatorLease, spec: { holderIdentity: 'clrk-operator-1', leaseDurationSeconds: 3600, renewTime: new Date().toISOString().replace('Z', '000Z') } } as never);
}

onReal('a whole installation has no fault; each part that is missing or changed is told with its code, and install puts it right', async (t) => {
  const site = await rig(t);
  const { clrk, kubectl } = site;
  t.like(await report(site), { code: 1, ok: false, faults: { installation: 'error: nothing of CLRK is installed here' } });
  await clrk('install --yes --no-wait');
  t.deepEqual(Object.keys((await report(site)).faults).toSorted(), ['leader', 'operator', 'profile', 'service']);
  await playKubelet(site);
  const whole = await report(site);
  t.like(whole, { code: 0, ok: true, faults: {} });
  t.true(whole.checks.every(({ code, group, message }) => code !== '' && group !== '' && message !== ''));
  t.regex((await clrk('check')).stdout, /\nall is well\n$/);

  const broken: readonly (readonly [string, readonly string[]])[] = [
    ['definitions', ['delete', 'crd', 'egressgateways.clrk.apoxy.dev']],
    ['roles', ['patch', 'clusterrole', 'clrk-operator', '--type=json', '-p', '[{"op":"add","path":"/rules/-","value":{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}}]']],
    ['guards', ['delete', 'validatingadmissionpolicybinding', 'clrk-operator-roles']],
    ['network', ['delete', 'networkpolicy', 'clrk-default-deny', '-n', 'clrk']],
    ['service', ['patch', 'service', 'clrk-operator', '-n', 'clrk', '-p', '{"spec":{"selector":{"app.kubernetes.io/component":"other"}}}']],
    ['namespaces', ['label', '--overwrite', 'namespace', 'clrk', 'pod-security.kubernetes.io/enforce=privileged']],
    ['profile', ['patch', 'configmap', 'clrk-node', '-n', 'clrk-node', '--type=merge', '-p', '{"data":{"worker.json":"{}"}}']],
  ];
  for (const [, args] of broken) t.is((await kubectl(args)).code, 0, args.join(' '));
  const half = await report(site);
  t.deepEqual(Object.keys(half.faults).toSorted(), broken.map(([code]) => code).toSorted());
  t.is(half.code, 1);
  t.true(half.checks.every(({ level, hint }) => level === 'ok' || hint !== null));
  const again = await clrk('install --yes --no-wait --force-conflicts');
  t.is(again.code, 0, again.stderr);
  // The generations have moved, and no controller looks at them here.
  t.deepEqual(Object.keys((await report(site)).faults), []);
});

onReal('a policy without its Secret and an authority that ends are told', async (t) => {
  const site = await rig(t);
  await site.clrk('install --yes --no-wait');
  await playKubelet(site);
  const { certificate } = issueCertificate({ subject: 'authority', usage: 'ca', days: 2 });
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'clrk-operator-ca', namespace: 'default' }, data: { 'ca.crt': certificate } };
  await site.kubectl(['apply', '-f', '-'], JSON.stringify(map));
  const manifests = join(import.meta.dirname, '../../../../_examples/echo-bot/manifests/credentialinjectionpolicy.yaml');
  t.is((await site.kubectl(['apply', '-f', manifests])).code, 0);
  const conditions = [['Accepted', 'True', 'Accepted', ''], ['ResolvedRefs', 'False', 'SecretNotFound', 'there is no Secret default/anthropic-credentials']].map(([type, status, reason, message]) => ({ type, status, reason, message, observedGeneration: 1, lastTransitionTime: new Date().toISOString() }));
  const ancestors = [{ ancestorRef: { group: 'clrk.apoxy.dev', kind: 'AIProviderRoute', name: 'anthropic' }, controllerName: 'clrk.apoxy.dev/operator', conditions }];
  const patched = await site.kubectl(['patch', 'credentialinjectionpolicy', 'anthropic', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { ancestors } })]);
  t.is(patched.code, 0, patched.stderr);
  const { code, faults, checks } = await report(site);
  t.is(code, 0, 'these are warnings');
  t.deepEqual(faults, { authority: 'warning: ends in 1 days, and should have been renewed', policies: 'warning: 1 of 1 not in effect' });
  t.deepEqual(checks.find((one) => one.code === 'policies')?.details, ['CredentialInjectionPolicy default/anthropic: ResolvedRefs at AIProviderRoute anthropic: SecretNotFound: there is no Secret default/anthropic-credentials']);
  await site.kubectl(['apply', '-f', '-'], JSON.stringify({ ...map, data: { 'ca.crt': 'nothing' } }));
  t.like((await report(site)).faults, { authority: 'error: workers can trust nobody' });
});

onReal('what a person may not see is a warning, and never taken for missing', async (t) => {
  const site = await rig(t);
  await site.clrk('install --yes --no-wait');
  await site.kubectl(['create', 'serviceaccount', 'nobody']);
  const token = (await site.kubectl(['create', 'token', 'nobody'])).stdout.trim();
  const { checks, faults } = await report(site, site.kubeconfigWith('nobody', { user: { token } }));
  t.true(checks.length > 10);
  for (const [code, text] of Object.entries(faults)) t.is(text, 'warning: you may not look', code);
});
