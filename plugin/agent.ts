// Finds one agent by name, and says which there are when it is not there.
import type { Kube, KubeObject } from '../operator/kube/kube.ts';
import { daemonAgents } from '../operator/kube/resources.ts';
import { UserError } from './exit.ts';
import { nearest } from './nearest.ts';

/** Takes `NAME`, and `daemonagent/NAME` as kubectl prints it. */
export async function findAgent(kube: Kube, namespace: string, written: string): Promise<KubeObject> {
  const name = written.replace(/^(?:daemonagents?|da)(?:\.clrk\.apoxy\.dev)?\//, '');
  if (name === '' || name.includes('/')) throw new UserError(`${JSON.stringify(written)} is not the name of an agent`, [...kindHint(written), '`kubectl clrk agents list` shows the names']);
  const agent = await kube.get(daemonAgents, { namespace, name });
  if (agent !== undefined) return agent;
  const { items } = await kube.list(daemonAgents, {});
  throw new UserError(`no agent "${name}" in namespace "${namespace}"`, missingHints(name, namespace, items));
}

function kindHint(written: string): readonly string[] {
  const [kind = '', ...name] = written.split('/');
  return name.length === 1 && nearest(kind, ['daemonagent', 'daemonagents']) !== undefined ? [`did you mean daemonagent/${name[0]}?`] : [];
}

function missingHints(name: string, namespace: string, all: readonly KubeObject[]): readonly string[] {
  const elsewhere = all.find(({ metadata }) => metadata.name === name);
  if (elsewhere !== undefined) return [`there is one in namespace "${elsewhere.metadata.namespace}": add -n ${elsewhere.metadata.namespace}`];
  const here = all.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name);
  const near = nearest(name, here);
  if (near !== undefined) return [`did you mean "${near}"?`];
  return [here.length > 0 ? `agents here: ${here.slice(0, 10).join(', ')}` : 'there are no agents in this namespace; `kubectl clrk agents list -A` looks everywhere'];
}
