// Puts one case to one server and writes down everything that came back, the traces it left included.
import type { Case, Observation } from './case.ts';
import { openServer, type Side } from './server.ts';

/** What a case may leave behind in its namespace. */
const traces = [
  '/api/v1/namespaces/{ns}/configmaps', '/api/v1/namespaces/{ns}/secrets', '/api/v1/namespaces/{ns}/services', '/api/v1/namespaces/{ns}/serviceaccounts',
  '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', '/apis/test.example.com/v1/namespaces/{ns}/widgets', '/apis/clrk.apoxy.dev/v1alpha1/namespaces/{ns}/daemonagents',
];

/** What the cluster puts into every namespace; it comes back when a case deletes it, sooner or later. */
const residents = ['/api/v1/namespaces/{ns}/serviceaccounts/default', '/api/v1/namespaces/{ns}/configmaps/kube-root-ca.crt'];
const isResident = (path: string, { metadata }: { readonly metadata?: { readonly name?: string } }): boolean => residents.includes(`${path}/${metadata?.name}`);

interface Found {
  readonly kind?: string;
  readonly items?: readonly object[];
}

/** The whole story of a case on one server: each answer, then what is left. `number` makes names that no other case uses. */
export async function put({ run, vague, clusterWide = false }: Case, side: Side, number: number): Promise<readonly Observation[]> {
  const said: Observation[] = [];
  const unique = `c${number}`;
  const server = openServer(side, { unique, namespace: unique, vague }, said);
  try {
    if (!clusterWide) await server.quietly(() => server.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: unique } } }));
    // A case sees its namespace as it will be: with what the cluster puts into each.
    if (!clusterWide) for (const path of residents) await server.quietly(() => server.until('GET', path, ({ status }) => status === 200));
    await run(server);
    if (clusterWide) return said;
    for (const path of traces) await left(server, path);
    // Deleting is not waited for: it would take the controllers seconds, and no other case looks here.
    await server.quietly(() => server.request('DELETE', `/api/v1/namespaces/${unique}`));
    return said;
  } finally {
    server.close();
  }
}

async function left(server: ReturnType<typeof openServer>, path: string): Promise<void> {
  const { body } = await server.quietly(() => server.request('GET', path));
  const items = ((body as Found).items ?? []).filter((item) => !isResident(path, item));
  if (items.length > 0) server.note(`left behind in ${path}`, items);
}
