// --watch prints what is there, then every change, until Ctrl-C.
import test, { type ExecutionContext } from 'ava';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { daemonAgents } from '../../../operator/kube/resources.ts';
import type { Kube } from '../../../operator/kube/kube.ts';
import { clusterKinds, startCluster } from '../../support/cluster.ts';
import { install, start, type Installed } from '../../support/installed.ts';

const object = (name: string, image = 'curl:8'): Parameters<Kube['create']>[1] => ({ apiVersion: 'clrk.apoxy.dev/v1alpha1', kind: 'DaemonAgent', metadata: { name, namespace: 'default' }, spec: { workerPoolRef: 'default', template: { spec: { image } } } });

/** Lines of a watch, one at a time, and its end by Ctrl-C. */
function watch(t: ExecutionContext, here: Installed, words: string): { next(): Promise<string>; end(): Promise<number | null> } {
  const child = start(here, `exec kubectl-clrk ${words} --local`);
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    next: async () => String((await lines.next()).value),
    end: async () => {
      child.kill('SIGINT');
      return ((await once(child, 'exit')) as [number | null])[0];
    },
  };
}

for (const kind of clusterKinds) {
  test(`a list goes on with what is added, changed and deleted, on a cluster that is ${kind}`, async (t) => {
    const here = install(t);
    const { kube } = await startCluster(t, { kind, kubeconfig: join(here.home, '.clrk/kubeconfig.host') });
    await kube.create(daemonAgents, object('first'));
    const list = watch(t, here, 'agents list -w');
    t.is(await list.next(), 'DAEMONAGENTS');
    t.regex(await list.next(), /^NAME +POOL/);
    t.regex(await list.next(), /^first /);
    const names = watch(t, here, 'agents list -w -o name -l !hidden');
    t.is(await names.next(), 'daemonagent.clrk.apoxy.dev/first');
    const one = watch(t, here, "agents get first -w -o 'jsonpath={.spec.template.spec.image}{\"\\n\"}'");
    t.is(await one.next(), 'curl:8');
    await kube.create(daemonAgents, object('a-longer-name'));
    t.regex(await list.next(), /^a-longer-name +default/);
    t.is(await names.next(), 'daemonagent.clrk.apoxy.dev/a-longer-name');
    await kube.apply(daemonAgents, object('first', 'curl:9'), { fieldManager: 'test', force: true });
    t.regex(await list.next(), /^first {11}default/);
    t.is(await one.next(), 'curl:9');
    await kube.remove(daemonAgents, { namespace: 'default', name: 'a-longer-name' });
    t.regex(await list.next(), /^a-longer-name /);
    t.deepEqual([await list.end(), await names.end(), await one.end()], [130, 130, 130]);
  });
}
